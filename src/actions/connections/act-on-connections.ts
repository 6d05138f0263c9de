// What somebody may do to live connections, on whichever nodes they are; each act is audited.

import { assertNever } from '../../assert-never.ts';
import { findProject } from '../../catalogue/projects/projects.ts';
import type { Actor } from '../../catalogue/rights/actors.ts';
import { type ActionOn, accountResource, INSTALLATION, may, requireMay } from '../../catalogue/rights/permissions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { type AuditContext, changeEvent } from '../../catalogue/trail/audit-context.ts';
import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import { PosternError } from '../../errors.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import type { NodeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';

/** By which right: as operator, as overseer of the account, or as the connection's own person. */
export type Capacity = 'operator' | 'overseer' | 'owner';

type Parts = Pick<ActionParts, 'catalogue' | 'liveConnections' | 'auditTrail'>;
type AskingParts = Pick<ActionParts, 'catalogue'> & { readonly actor: Actor };
type Happening = Pick<AuditEventInput, 'event' | 'outcome' | 'reason'>;

const RIGHTS = {
  end: { operator: 'ops.end_connection', overseer: 'account.end_connection' },
  cancel: { operator: 'ops.cancel_query', overseer: 'account.cancel_query' },
  notify: { operator: 'ops.send_notice', overseer: 'account.send_notice' },
  read_statement: { operator: 'ops.read_statement', overseer: 'account.read_statement' },
} as const;

interface OnConnection {
  readonly connection: LiveConnectionRecord;
  readonly capacity: Capacity;
  /** Shown to the connection's person, and audited. */
  readonly reason: string;
}

/** Rolls back its transaction. Throws `forbidden`, `not_found`, `store_unavailable`. */
export async function endConnection(
  parts: Parts,
  context: AuditContext,
  { connection, capacity, reason }: OnConnection,
): Promise<FleetOutcome> {
  await requireRight({ ...parts, actor: context.actor }, connection, { act: 'end', capacity });
  const outcome = await parts.liveConnections.end(connection, { reason, by: nameOf(context.actor) });
  const happening = { event: 'ops.connection_ended', outcome: auditOutcome(outcome), reason } as const;
  recordAct(parts, context, { connection, capacity, happening });
  return outcome;
}

/** Returns how many ended; ends none unless all may be. Throws as `endConnection` does. */
export async function endConnections(
  parts: Parts,
  context: AuditContext,
  { connections, ...how }: Omit<OnConnection, 'connection'> & { readonly connections: readonly LiveConnectionRecord[] },
): Promise<number> {
  const asking = { ...parts, actor: context.actor };
  for (const connection of connections) await requireRight(asking, connection, { act: 'end', capacity: how.capacity });
  const outcomes = await Promise.all(
    connections.map((connection) => endConnection(parts, context, { connection, ...how })),
  );
  return outcomes.filter((outcome) => outcome === 'done').length;
}

/** Cancels a connection's running query. Throws `forbidden`, `not_found`, `store_unavailable`. */
export async function cancelQuery(
  parts: Parts,
  context: AuditContext,
  { connection, capacity, reason }: OnConnection,
): Promise<FleetOutcome> {
  await requireRight({ ...parts, actor: context.actor }, connection, { act: 'cancel', capacity });
  const outcome = await parts.liveConnections.cancelQuery(connection, { by: nameOf(context.actor) });
  const happening = { event: 'ops.query_canceled', outcome: auditOutcome(outcome), reason } as const;
  recordAct(parts, context, { connection, capacity, happening });
  return outcome;
}

/** Returns how many were reached. Throws `forbidden`, `not_found`, `store_unavailable`. */
export async function sendNotice(
  parts: Parts,
  context: AuditContext,
  notice: { readonly connections: readonly LiveConnectionRecord[]; readonly capacity: Capacity; readonly text: string },
): Promise<number> {
  const { connections, capacity, text } = notice;
  const asking = { ...parts, actor: context.actor };
  for (const connection of connections) await requireRight(asking, connection, { act: 'notify', capacity });
  const reached = await parts.liveConnections.notify(connections, { text, by: nameOf(context.actor) });
  const outcome = reached > 0 ? 'success' : 'failure';
  const happening = { event: 'ops.notice_sent', outcome, reason: text } as const;
  for (const connection of connections) recordAct(parts, context, { connection, capacity, happening });
  return reached;
}

/** It takes no new connections and finishes the old. Throws `forbidden`, `store_unavailable`. */
export async function drainNode(
  { catalogue, liveConnections, auditTrail }: Parts,
  context: AuditContext,
  { nodeId, reason }: { readonly nodeId: NodeId; readonly reason: string },
): Promise<FleetOutcome> {
  requireMay(context.actor, 'ops.drain_node', INSTALLATION);
  const outcome = await liveConnections.drainNode(nodeId, { by: nameOf(context.actor) });
  const happening = { event: 'ops.node_drained', outcome: auditOutcome(outcome), reason, subject: nodeId } as const;
  auditTrail.record(changeEvent(catalogue, context, { actorType: 'operator', ...happening }));
  return outcome;
}

/** Throws `forbidden`, `not_found`. */
export async function requireRight(
  { catalogue, actor }: AskingParts,
  connection: LiveConnectionRecord,
  { act, capacity }: { readonly act: keyof typeof RIGHTS; readonly capacity: Capacity },
): Promise<void> {
  switch (capacity) {
    case 'operator':
      requireMay(actor, RIGHTS[act].operator, INSTALLATION);
      return;
    case 'overseer':
      await requireOverseer({ catalogue, actor }, connection, RIGHTS[act].overseer);
      return;
    case 'owner':
      if (actor.kind !== 'person' || connection.userId !== actor.userId) throw unknownConnection();
      return;
    default:
      assertNever(capacity);
  }
}

/** Of the account that the connection was admitted for, or of the one that owns its project now. */
async function requireOverseer(
  { catalogue, actor }: { readonly catalogue: Catalogue; readonly actor: Actor },
  { accountId, projectId }: LiveConnectionRecord,
  right: ActionOn<'account'>,
): Promise<void> {
  if (accountId !== null && may(actor, right, accountResource(accountId))) return;
  const project = projectId === null ? null : await findProject(catalogue.db, projectId);
  if (project !== null && may(actor, right, accountResource(project.accountId))) return;
  const refusing = accountId ?? project?.accountId;
  if (refusing === undefined) throw unknownConnection();
  requireMay(actor, right, accountResource(refusing));
}

function unknownConnection(): PosternError {
  return new PosternError('not_found', { params: { thing: 'connection' } });
}

/** The asking person, for the log of the node that obeys. */
export function nameOf(actor: Actor): string {
  if (actor.kind === 'system') return 'postern';
  return actor.kind === 'person' ? actor.email : `API key ${actor.keyId}`;
}

function auditOutcome(outcome: FleetOutcome): 'success' | 'failure' {
  return outcome === 'done' ? 'success' : 'failure';
}

export function recordAct(
  { catalogue, auditTrail }: Pick<Parts, 'catalogue' | 'auditTrail'>,
  context: AuditContext,
  act: { readonly connection: LiveConnectionRecord; readonly capacity: Capacity; readonly happening: Happening },
): void {
  const { connection, capacity, happening } = act;
  const asOperator = capacity === 'operator' ? ({ actorType: 'operator' } as const) : {};
  auditTrail.record(changeEvent(catalogue, context, { ...asOperator, ...happening, ...factsOf(connection) }));
}

function factsOf(connection: LiveConnectionRecord): Partial<AuditEventInput> {
  return {
    connectionId: connection.id,
    loginRequestId: connection.loginRequestId,
    subject: connection.personEmail,
    accountId: connection.accountId,
    projectId: connection.projectId,
    computeId: connection.computeId,
    upstreamPid: connection.upstreamPid,
    terminalIp: connection.address,
    terminalPort: connection.port,
    untrustedUser: connection.requestedUser,
  };
}
