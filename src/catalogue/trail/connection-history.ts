// Counts connections and logins in each hour or day, from the audit trail.

import { sql } from 'kysely';
import type { AccountId } from '../../ids.ts';
import { accountResource, INSTALLATION, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { AuditContext } from './audit-context.ts';
import type { AuditEventName } from './audit-event-codes.ts';

export interface ConnectionFrame {
  /** UTC. */
  readonly start: Date;
  readonly begun: number;
  readonly ended: number;
  readonly failed: number;
  /** Logins, which count for no account, since no target was chosen; "not me" is a denial. */
  readonly asked: number;
  readonly denied: number;
  readonly expired: number;
}

type Count = Exclude<keyof ConnectionFrame, 'start'>;

const COUNTED = {
  'connection.started': 'begun',
  'connection.ended': 'ended',
  'connection.failed': 'failed',
  'login.requested': 'asked',
  'login.denied': 'denied',
  'login.reported': 'denied',
  'login.expired': 'expired',
} as const satisfies Partial<Record<AuditEventName, Count>>;

const STEPS = {
  // The prefix of an ISO 8601 time that identifies the day or the hour.
  hourly: { characters: 13, ms: 3_600_000, rest: ':00:00.000Z' },
  daily: { characters: 10, ms: 86_400_000, rest: 'T00:00:00.000Z' },
} as const;

export interface ConnectionHistoryRequest {
  /** Null: the whole installation, for operators. */
  readonly accountId: AccountId | null;
  readonly step: keyof typeof STEPS;
  /** The number of frames; the last one is still running. */
  readonly frames: number;
}

/** Oldest first, without gaps. */
export async function readConnectionHistory(
  { db, clock }: Catalogue,
  { actor }: AuditContext,
  { accountId, step, frames }: ConnectionHistoryRequest,
): Promise<ConnectionFrame[]> {
  if (accountId === null) requireMay(actor, 'ops.read_audit', INSTALLATION);
  else requireMay(actor, 'account.read_audit', accountResource(accountId));
  const { characters, ms, rest } = STEPS[step];
  const last = Math.floor(clock.now().getTime() / ms) * ms;
  const starts = Array.from({ length: frames }, (_, index) => new Date(last - (frames - 1 - index) * ms));
  const rows = await db
    .selectFrom('audit_events')
    .select([sql<string>`left(at, ${sql.lit(characters)})`.as('frame'), 'event', sql<number>`count(*)`.as('count')])
    .where('at', '>=', starts[0]?.toISOString() ?? '')
    .where('event', 'in', Object.keys(COUNTED))
    .$if(accountId !== null, (query) => query.where('account_id', '=', accountId))
    .groupBy([sql`1`, 'event'])
    .execute();
  const byStart = new Map(starts.map((start) => [start.getTime(), { start, ...NOTHING }]));
  for (const { frame, event, count } of rows) {
    const counts = byStart.get(Date.parse(frame + rest));
    const name = COUNTED[event as keyof typeof COUNTED];
    if (counts !== undefined) counts[name] += Number(count);
  }
  return [...byStart.values()];
}

const NOTHING: Record<Count, number> = { begun: 0, ended: 0, failed: 0, asked: 0, denied: 0, expired: 0 };
