// Writes audit events: one flat JSON object each, in the transaction of the change that it records.
// The database chains them (migration 0004).

import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type {
  AccessRequestId,
  AccountId,
  ComputeId,
  ConnectionId,
  GrantId,
  LoginRequestId,
  NodeId,
  ProjectId,
} from '../../ids.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditEventName, type AuditOutcome, auditCode } from './audit-event-codes.ts';
import { queueNotifications } from './queue-notifications.ts';

/** The actor of what nobody did: a time limit, a stranger, this node. */
export const BY_SYSTEM = { actorType: 'system', actorId: null, actorEmail: null } as const;

/** Absent fields are omitted; `untrusted…` texts are cleaned and shortened here. */
export interface AuditEventInput {
  /** A uuid, generated when absent. An event with a known id is not written again. */
  readonly id?: string;
  readonly at: Date;
  readonly nodeId: NodeId;
  readonly event: AuditEventName;
  readonly outcome: AuditOutcome;
  readonly actorType: 'person' | 'api_key' | 'access_token' | 'system' | 'operator';
  readonly actorId: string | null;
  readonly actorEmail: string | null;
  /** The object of the event when no other field names it: an e-mail, a key's id, a role's name. */
  readonly subject?: string | null;
  readonly reason?: string | null;
  readonly sqlstate?: string | null;
  /** Order within one connection. */
  readonly seq?: number | null;
  readonly requestId?: string | null;
  readonly accountId?: AccountId | null;
  readonly projectId?: ProjectId | null;
  readonly computeId?: ComputeId | null;
  readonly database?: string | null;
  readonly databaseRole?: string | null;
  readonly loginRequestId?: LoginRequestId | null;
  readonly grantId?: GrantId | null;
  /** What the event is about, or the broken glass. */
  readonly accessRequestId?: AccessRequestId | null;
  /** The broken glass that let a connection in. */
  readonly breakGlassId?: AccessRequestId | null;
  readonly connectionId?: ConnectionId | null;
  readonly terminalIp?: string | null;
  readonly terminalPort?: number | null;
  readonly tls?: string | null;
  readonly browserIp?: string | null;
  readonly sameAddress?: boolean | null;
  readonly stepUp?: string | null;
  readonly upstreamPid?: number | null;
  readonly bytesToUpstream?: number | null;
  readonly bytesToClient?: number | null;
  readonly durationMs?: number | null;
  readonly untrustedUser?: string | null;
  readonly untrustedDatabase?: string | null;
  readonly untrustedApplication?: string | null;
  readonly untrustedAgent?: string | null;
  readonly untrustedReason?: string | null;
  readonly untrustedUserAgent?: string | null;
}

/** The event as stored and exported; its keys: docs/security.md, "Audit". */
export type AuditEventBody = Readonly<Record<string, string | number | boolean>>;

/** Longest text in UTF-16 units: long enough for a whole policy with its two lists of networks. */
const MAX_TEXT_CHARACTERS = 10_000;

/** Writes the event; it is appended to the node's chain when the transaction commits. */
export async function recordAuditEvent(tx: Transaction<Schema>, event: AuditEventInput): Promise<void> {
  await recordAuditEvents(tx, [event]);
}

/** Writes several events in one statement, in order: all or none, even outside a transaction. */
export async function recordAuditEvents(db: Kysely<Schema>, events: readonly AuditEventInput[]): Promise<void> {
  if (events.length === 0) return;
  const bodies = events.map(auditEventBody);
  const [ids, texts] = [bodies.map(({ id }) => String(id)), bodies.map((body) => JSON.stringify(body))];
  await insertEvents(db, [ids, texts]);
  const queued = events.map(({ event, reason = null, accountId = null, at }, index) => {
    return { id: ids[index] ?? '', json: texts[index] ?? '', event, reason, accountId, at };
  });
  await queueNotifications(db, queued);
}

const insertEvents = preparedStatement(
  'audit_events',
  `insert into audit_events (id, body)
    select id, body::json from unnest($1::text[], $2::text[]) with ordinality as event (id, body, place)
    order by place
    on conflict (id) do nothing`,
);

/** The flat object that is written, with its keys in a fixed order. */
export function auditEventBody({ id, at, outcome, ...rest }: AuditEventInput): AuditEventBody {
  const body: Record<string, string | number | boolean> = {
    id: id ?? randomUUID(),
    at: at.toISOString(),
    code: auditCode(rest.event, outcome),
    outcome,
  };
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null && value !== undefined) body[snakeCase(name)] = cleaned(name, value);
  }
  return body;
}

function cleaned(name: string, value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string') return value;
  return name.startsWith('untrusted') ? cleanForLog(value) : value.slice(0, MAX_TEXT_CHARACTERS);
}

const CAPITAL = /[A-Z]/g;

function snakeCase(name: string): string {
  return name.replace(CAPITAL, (letter) => `_${letter.toLowerCase()}`);
}
