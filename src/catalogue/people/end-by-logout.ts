// What ends when a person logs out at the identity provider (OpenID Connect Back-Channel Logout
// 1.0, 2.7): the browser sessions it names, approvals, and more where an organization says so.

import type { Transaction } from 'kysely';
import type { AccountId, UserId } from '../../ids.ts';
import { recordEndedSessions } from '../accounts/end-ways-in.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { voidProofs } from '../rights/proven-person.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';
import { accessTokenSubject } from '../trail/secret-subjects.ts';

/** One of subject and sid at least. */
export interface ProviderLogout {
  readonly issuer: string;
  readonly subject: string | null;
  readonly sid: string | null;
}

interface How {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
}

const REASON = 'logged out at the identity provider';

/** NOTE: only for a verified logout. Returns how many browser sessions ended. */
export async function endByLogout(
  catalogue: Catalogue,
  context: AuditContext,
  logout: ProviderLogout,
): Promise<{ readonly sessions: number; readonly people: number }> {
  return catalogue.transaction(async (tx) => {
    await voidSignIns(tx, logout);
    const sessions = await endSessions(tx, logout);
    await recordEndedSessions(tx, { catalogue, context, reason: REASON }, sessions);
    const people = new Set(sessions.map(({ user_id }) => user_id));
    // A session of the provider that never came here leaves the person's others as they are.
    if (logout.sid === null && logout.subject !== null) {
      const linked = tx.selectFrom('identities').select('user_id').where('issuer', '=', logout.issuer);
      const rows = await linked.where('subject', '=', logout.subject).execute();
      for (const { user_id } of rows) people.add(user_id);
    }
    for (const userId of people) await endAccess(tx, { catalogue, context }, userId);
    return { sessions: sessions.length, people: people.size };
  });
}

/** Of the person whose identity it is, also one that waits for its second step. */
async function voidSignIns(tx: Transaction<Schema>, { issuer, subject, sid }: ProviderLogout): Promise<void> {
  const linked = tx.selectFrom('identities').select('user_id').where('issuer', '=', issuer);
  const began = tx.selectFrom('browser_sessions').select('user_id').where('issuer', '=', issuer).where('sid', '=', sid);
  const rows = await (subject === null ? began : linked.where('subject', '=', subject)).distinct().execute();
  for (const userId of rows.map(({ user_id }) => user_id).toSorted()) await voidProofs(tx, userId);
}

/** A provider that tells no `sid` at sign-in may name one at logout, which then means all. */
async function endSessions(tx: Transaction<Schema>, { issuer, subject, sid }: ProviderLogout) {
  return await tx
    .deleteFrom('browser_sessions')
    .where('issuer', '=', issuer)
    .where((where) => {
      const ofSubject = where('subject', '=', subject);
      if (sid === null) return ofSubject;
      const unnamed = where.and([where('sid', 'is', null), ofSubject]);
      return where.or([where('sid', '=', sid), unnamed]);
    })
    .$if(subject !== null, (query) => query.where('subject', '=', subject))
    .returning(['id', 'user_id'])
    .execute();
}

/** Approvals and waiting logins always; connections go on where their rules still allow them. */
async function endAccess(tx: Transaction<Schema>, how: How, userId: UserId): Promise<void> {
  await recordEndedAccess(tx, { kind: 'recheck', owners: { userId } });
  const rules = await tx
    .selectFrom('logout_rules')
    .innerJoin('memberships', 'memberships.account_id', 'logout_rules.account_id')
    .select(['logout_rules.account_id', 'ends'])
    .where('memberships.user_id', '=', userId)
    .execute();
  for (const { account_id: accountId, ends } of rules) {
    await recordEndedAccess(tx, { kind: 'end', owners: { userId, accountId } });
    if (ends === 'connections_and_tokens') await revokeTokens(tx, how, { userId, accountId });
  }
}

interface Owned {
  readonly userId: UserId;
  readonly accountId: AccountId;
}

export async function revokeTokens(
  tx: Transaction<Schema>,
  { catalogue, context }: How,
  { userId, accountId }: Owned,
): Promise<void> {
  const computes = tx
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select('computes.id')
    .where('projects.account_id', '=', accountId);
  const tokens = await tx
    .deleteFrom('access_tokens')
    .where('owner_user_id', '=', userId)
    .where('compute_id', 'in', computes)
    .returning(['id', 'name', 'compute_id'])
    .execute();
  await recordEndedAccess(
    tx,
    tokens.map(({ id }) => ({ kind: 'end', owners: { accessTokenId: id } })),
  );
  await recordAuditEvents(
    tx,
    tokens.map((token) => {
      const facts = { accountId, computeId: token.compute_id, subject: accessTokenSubject(token), reason: REASON };
      return changeEvent(catalogue, context, { event: 'secret.revoked', ...facts });
    }),
  );
}
