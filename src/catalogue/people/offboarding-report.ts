// What a person had in the last months, and when each piece ended: from the catalogue what is still
// there, from the audit trail what is over. Also of people who were removed.

import { sql } from 'kysely';
import { z } from 'zod';
import { idFrom, personalAccountId, type UserId } from '../../ids.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { SECRET_WITH_ID, secretIn } from '../trail/secret-subjects.ts';
import { type Held, type HeldKind, heldByTrail, type TrailEvent } from './held-by-trail.ts';
import { listStillHeld } from './still-held.ts';

export interface OffboardingReport {
  readonly person: {
    readonly userId: UserId;
    readonly email: string;
    readonly state: 'active' | 'disabled' | 'removed';
  };
  readonly since: Date;
  /** What is still there first, then by its end, newest first. */
  readonly held: readonly Held[];
}

/** Not kept in the catalogue. */
const OPEN_IN_STORES: ReadonlySet<HeldKind> = new Set(['connection', 'approval']);
const LOOKED_BACK_MS = 90 * 24 * 3_600_000;
const MOST_EVENTS = 5_000;
const bodySchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Throws `not_found` for somebody whom neither the catalogue nor the trail knows. */
export async function offboardingReport(
  catalogue: Catalogue,
  { actor }: AuditContext,
  { userId }: { readonly userId: UserId },
): Promise<OffboardingReport> {
  requireMay(actor, 'ops.manage_people', INSTALLATION);
  const since = new Date(catalogue.clock.now().getTime() - LOOKED_BACK_MS);
  const user = await catalogue.db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
  const email = user?.email ?? (await findRemovedEmail(catalogue, userId));
  if (email === null) throw missing('person');
  const acts = await eventsWhere(catalogue, since, sql<boolean>`actor_id = ${userId}`);
  const still = await listStillHeld(catalogue, userId);
  // Connections by a token are acts of the token.
  const tokens = [...acts.map(({ subject }) => String(subject)), ...still.map(({ what }) => what)].flatMap(tokenIn);
  const own = [...acts, ...(await eventsWhere(catalogue, since, sql<boolean>`actor_id = any(${tokens})`))];
  const grants = idsIn(own, 'grant_id');
  const [about, connections, logins] = await Promise.all([
    eventsWhere(catalogue, since, isAbout({ userId, email, grants, secrets: secretsOf(own) })),
    eventsWhere(
      catalogue,
      since,
      sql<boolean>`connection_id = any(${idsIn(own, 'connection_id')})
      and event = 'connection.ended'`,
    ),
    eventsWhere(
      catalogue,
      since,
      sql<boolean>`login_request_id = any(${idsIn(own, 'login_request_id')})
      and event = 'login.denied'`,
    ),
  ]);
  const over = heldByTrail([...own, ...about, ...connections, ...logins], { userId, email });
  const isStill = new Set(still.map(({ key }) => key));
  const others = over.filter(({ key }) => !isStill.has(key));
  const open = others.filter(({ kind, endedAt }) => endedAt === null && OPEN_IN_STORES.has(kind));
  const ended = others.filter(({ endedAt }) => endedAt !== null);
  const state = user === undefined ? 'removed' : user.disabled_at === null ? 'active' : 'disabled';
  return { person: { userId, email, state }, since, held: [...still, ...open, ...newestFirst(ended)] };
}

/** Of somebody who was removed; the newest of that address. */
export async function findRemovedPerson({ db }: Pick<Catalogue, 'db'>, email: string): Promise<UserId | null> {
  const row = await db
    .selectFrom('audit_events')
    .select('account_id')
    .where('event', '=', 'account.created')
    .where(sql<boolean>`lower(body ->> 'subject') = ${email.trim().toLowerCase()}`)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.account_id == null ? null : idFrom<UserId>(row.account_id);
}

async function findRemovedEmail({ db }: Catalogue, userId: UserId): Promise<string | null> {
  const row = await db
    .selectFrom('audit_events')
    .select(sql<string>`body ->> 'subject'`.as('email'))
    .where('account_id', '=', personalAccountId(userId))
    .where('event', '=', 'account.created')
    .limit(1)
    .executeTakeFirst();
  return row?.email ?? null;
}

async function eventsWhere({ db }: Catalogue, since: Date, matches: ReturnType<typeof isAbout>): Promise<TrailEvent[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select('body')
    .where('at', '>=', since.toISOString())
    // A connection that was ended for somebody has no success, and has ended.
    .where(sql<boolean>`(outcome = 'success' or event = 'connection.ended')`)
    .where(matches)
    .orderBy('at', 'desc')
    .limit(MOST_EVENTS)
    .execute();
  return rows.map(({ body }) => bodySchema.parse(body));
}

function idsIn(events: readonly TrailEvent[], field: 'grant_id' | 'connection_id' | 'login_request_id'): string[] {
  const ids = events.map((event) => event[field]).filter((id) => id !== undefined);
  return [...new Set(ids.map(String))];
}

function secretsOf(own: readonly TrailEvent[]): string[] {
  const made = own.filter(({ event }) => event === 'secret.created');
  return made.flatMap(({ subject }) => secretIn(String(subject)) ?? []);
}

function tokenIn(text: string): string[] {
  return /\btok-[a-z0-9]+/.exec(text)?.slice(0, 1) ?? [];
}

interface About {
  readonly userId: UserId;
  readonly email: string;
  readonly grants: readonly string[];
  /** With their ids; what others did to them. */
  readonly secrets: readonly string[];
}

function isAbout({ userId, email, grants, secrets }: About) {
  return sql<boolean>`actor_id is distinct from ${userId} and (
    body ->> 'subject' = ${email}
    or (event = 'signout' and body ->> 'subject' like ${`%of ${userId}`})
    or (event = 'secret.revoked'
      and substring(body ->> 'subject' from ${SECRET_WITH_ID}) = any(${secrets}))
    or (event like 'grant.%' and body ->> 'grant_id' = any(${grants})))`;
}

function newestFirst(held: readonly Held[]): Held[] {
  return [...held].sort((one, other) => (other.endedAt?.getTime() ?? 0) - (one.endedAt?.getTime() ?? 0));
}
