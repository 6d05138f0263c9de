// Browser sessions: an opaque cookie of 256 bits, hashed at rest, that expires after 12 idle hours
// and after 7 days. Cookie attributes and CSRF checks belong to http.

import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { currentSnapshot } from '../endings/catalogue-snapshot.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { deleteConsentsOf } from '../oauth/consents.ts';
import { lockProvenPerson, type ProvenPerson, voidProofs } from '../rights/proven-person.ts';
import { methodOf, type SignInProof, type SignInStrength } from '../rights/sign-in-strength.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AuditEventInput, recordAuditEvent } from '../trail/audit-events.ts';
import { userFrom } from './users.ts';

// docs/security.md, "Secrets that people and programs hold"
const LONGEST_SESSION_MS = 7 * 24 * 3_600_000;
const LONGEST_IDLE_MS = 12 * 3_600_000;
/** How stale the time of last use may be, which saves a write per page. */
const TOUCH_EVERY_MS = 60_000;
const COOKIE_SHAPE = /^[A-Za-z0-9_-]{43}$/;

export interface NewBrowserSession {
  readonly person: ProvenPerson;
  readonly ip: string;
  readonly userAgent: string;
  /** For the audit trail: how the person authenticated. */
  readonly method?: SignInProof;
  readonly requestId?: string | null;
  /** When the person authenticated; null: the identity provider did not say. Absent: now. */
  readonly authenticatedAt?: Date | null;
  /** By which the person signed in, with the provider's own session where it names one. */
  readonly identity?: { readonly issuer: string; readonly subject: string; readonly sid: string | null };
  /** The person's session in the same browser, which the new one replaces. */
  readonly replaces?: string | null;
}

export type BrowserSession = NonNullable<Awaited<ReturnType<typeof findBrowserSession>>>;

/**
 * Signs the person in; the cookie's value is not stored. Throws `not_found`, `account_disabled`,
 * `sign_in_outdated` when the person's ways to sign in changed since the proof was compared.
 */
export async function createBrowserSession(catalogue: Catalogue, input: NewBrowserSession) {
  const cookie = newRandomSecret();
  const now = catalogue.clock.now();
  const sessionId = randomUUID();
  const expiresAt = new Date(now.getTime() + LONGEST_SESSION_MS);
  const { person } = input;
  await catalogue.transaction(async (tx) => {
    const { email } = await lockProvenPerson(tx, person);
    await endReplaced(tx, input);
    await tx
      .insertInto('browser_sessions')
      .values({
        id: sessionId,
        cookie_hash: hashOfSecret(cookie.reveal()),
        user_id: person.id,
        ip: input.ip,
        user_agent: cleanForLog(input.userAgent),
        created_at: now,
        last_seen_at: now,
        expires_at: expiresAt,
        authenticated_at: input.authenticatedAt === undefined ? now : input.authenticatedAt,
        ...(input.identity ?? { issuer: null, subject: null, sid: null }),
        sign_in_method: methodOf(input.method ?? 'password'),
      })
      .execute();
    await recordAuditEvent(tx, { ...signInEvent(email, input), at: now, nodeId: catalogue.nodeId });
  });
  return { cookie, sessionId, expiresAt };
}

function signInEvent(email: string, input: NewBrowserSession): Omit<AuditEventInput, 'at' | 'nodeId'> {
  return {
    event: 'signin.succeeded',
    outcome: 'success',
    actorType: 'person',
    actorId: input.person.id,
    actorEmail: email,
    reason: input.method ?? 'password',
    requestId: input.requestId ?? null,
    browserIp: input.ip,
    untrustedUserAgent: input.userAgent,
  };
}

/** Null for a cookie that is malformed, unknown, ended, too old or idle for too long. */
export async function findBrowserSession(catalogue: Catalogue, cookieValue: string) {
  if (!COOKIE_SHAPE.test(cookieValue)) return null;
  const now = catalogue.clock.now();
  const row = await catalogue.db
    .selectFrom('browser_sessions')
    .innerJoin('users', 'users.id', 'browser_sessions.user_id')
    .selectAll('users')
    .select([
      'browser_sessions.id as session_id',
      'browser_sessions.created_at as signed_in_at',
      'browser_sessions.last_seen_at',
      'browser_sessions.expires_at',
      'browser_sessions.authenticated_at',
      'browser_sessions.sign_in_method',
      currentSnapshot.as('found_as_of'),
    ])
    .where('cookie_hash', '=', hashOfSecret(cookieValue))
    .where('browser_sessions.expires_at', '>', now)
    .where('last_seen_at', '>', new Date(now.getTime() - LONGEST_IDLE_MS))
    .executeTakeFirst();
  if (row === undefined) return null;
  if (now.getTime() - row.last_seen_at.getTime() > TOUCH_EVERY_MS) await touch(catalogue, row.session_id, now);
  return {
    sessionId: row.session_id,
    user: userFrom(row),
    signedInAt: row.signed_in_at,
    signIn: { method: row.sign_in_method, at: row.authenticated_at } satisfies SignInStrength,
    expiresAt: row.expires_at,
    foundAsOf: row.found_as_of,
  };
}

/** Those of the sessions that have not ended. */
export async function findLiveSessions({ db, clock }: Pick<Catalogue, 'db' | 'clock'>, ids: readonly string[]) {
  const now = clock.now();
  const rows = await db
    .selectFrom('browser_sessions')
    .select('id')
    .where('id', 'in', [...ids])
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', new Date(now.getTime() - LONGEST_IDLE_MS))
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The person's sessions that have not ended, last used first. */
export async function listBrowserSessions(catalogue: Catalogue, userId: UserId) {
  const now = catalogue.clock.now();
  const rows = await catalogue.db
    .selectFrom('browser_sessions')
    .select(['id as session_id', 'ip', 'user_agent', 'created_at as signed_in_at', 'last_seen_at'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', new Date(now.getTime() - LONGEST_IDLE_MS))
    .orderBy('last_seen_at', 'desc')
    .execute();
  return rows.map(camelRow);
}

/** Ends one session of the person; false when the person has no such session. */
export async function endBrowserSession(
  catalogue: Catalogue,
  context: AuditContext,
  { userId, sessionId }: { readonly userId: UserId; readonly sessionId: string },
): Promise<boolean> {
  return catalogue.transaction(async (tx) => {
    const result = await tx
      .deleteFrom('browser_sessions')
      .where('id', '=', sessionId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (result.numDeletedRows === 0n) return false;
    await recordChange(tx, { catalogue, context }, { event: 'signout', subject: `browser ${sessionId}` });
    return true;
  });
}

/**
 * Also ends sign-ins under way, consents, grants and live connections. Returns how many sessions
 * ended.
 */
export async function endAllBrowserSessions(catalogue: Catalogue, context: AuditContext, userId: UserId) {
  return catalogue.transaction(async (tx) => {
    await voidProofs(tx, userId);
    const result = await tx.deleteFrom('browser_sessions').where('user_id', '=', userId).executeTakeFirst();
    await deleteConsentsOf(tx, userId);
    await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
    await recordChange(tx, { catalogue, context }, { event: 'signout.everywhere' });
    return Number(result.numDeletedRows);
  });
}

async function endReplaced(tx: Transaction<Schema>, { person, replaces }: NewBrowserSession): Promise<void> {
  if (!replaces) return;
  await tx.deleteFrom('browser_sessions').where('id', '=', replaces).where('user_id', '=', person.id).execute();
}

async function touch(catalogue: Catalogue, sessionId: string, now: Date): Promise<void> {
  await catalogue.db.updateTable('browser_sessions').set({ last_seen_at: now }).where('id', '=', sessionId).execute();
}
