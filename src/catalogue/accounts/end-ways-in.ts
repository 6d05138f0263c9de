// Ends the ways by which somebody may already be in a person's account, or about to come in: the
// other browsers, programs with consent, the reset links, and sign-ins under way. Whenever the
// password, the e-mail, a second factor or the account changes.

import { type Selectable, sql, type Transaction } from 'kysely';
import { type AccountId, personalAccountId, type UserId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { deleteConsentsOf } from '../oauth/consents.ts';
import { voidProofs } from '../rights/proven-person.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { BrowserSessionsTable, MembershipsTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, changeEvent, recordChange } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';

interface WaysIn {
  readonly userId: UserId;
  /** Of the browser in which the person acts; absent: every browser is signed out. */
  readonly keepSessionId?: string | undefined;
}

export async function endWaysIn(tx: Transaction<Schema>, { userId, keepSessionId = '' }: WaysIn): Promise<void> {
  // First, as whoever begins a session locks the person before the sessions.
  await voidProofs(tx, userId);
  await deleteWaysIn(tx, { userId, keepSessionId });
}

async function deleteWaysIn(tx: Transaction<Schema>, { userId, keepSessionId = '' }: WaysIn): Promise<void> {
  await tx.deleteFrom('browser_sessions').where('user_id', '=', userId).where('id', '<>', keepSessionId).execute();
  await deleteConsentsOf(tx, userId);
  await voidResetLinks(tx, userId);
}

export async function voidResetLinks(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx.deleteFrom('reset_links').where('user_id', '=', userId).execute();
}

type EndedSession = Pick<Selectable<BrowserSessionsTable>, 'id' | 'user_id'>;

/** That others ended them: the trail then shows of each browser when and why. */
export async function recordEndedSessions(
  tx: Transaction<Schema>,
  how: { readonly catalogue: Catalogue; readonly context: AuditContext; readonly reason: string },
  sessions: readonly EndedSession[],
): Promise<void> {
  const { catalogue, context, reason } = how;
  const eventOf = ({ id, user_id }: EndedSession) =>
    changeEvent(catalogue, context, { event: 'signout', subject: `browser ${id} of ${user_id}`, reason });
  await recordAuditEvents(tx, sessions.map(eventOf));
}

/**
 * Of every browser, told of each. A sign-in under way goes on: it may be what ends the others, and
 * its proof is as good as before.
 */
export async function signOutBy(
  tx: Transaction<Schema>,
  how: Parameters<typeof recordEndedSessions>[1],
  userId: UserId,
): Promise<void> {
  const sessions = tx.selectFrom('browser_sessions').select(['id', 'user_id']).where('user_id', '=', userId);
  await recordEndedSessions(tx, how, await sessions.execute());
  await deleteWaysIn(tx, { userId });
}

/** A person who is left with nothing here is signed out, and no terminal waits for them. */
async function signOutIfLast(
  tx: Transaction<Schema>,
  how: Parameters<typeof recordEndedSessions>[1],
  userId: UserId,
): Promise<void> {
  const { rows } = await sql<{ holds: boolean }>`select
    exists (select from memberships where user_id = ${userId})
    or exists (select from project_shares where user_id = ${userId})
    or exists (select from projects where account_id = ${personalAccountId(userId)})
    or exists (select from users where id = ${userId} and is_operator) as holds`.execute(tx);
  if (rows[0]?.holds !== false) return;
  await signOutBy(tx, how, userId);
  await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
}

interface EndedMembership {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly member: Pick<Selectable<MembershipsTable>, 'id' | 'account_id' | 'user_id'> & { readonly email: string };
  readonly reason: string;
}

/** The caller has checked the right to it, and that an admin remains. */
export async function endMembership(tx: Transaction<Schema>, ended: EndedMembership): Promise<void> {
  const { catalogue, context, member, reason } = ended;
  const { account_id: accountId, user_id: userId, email } = member;
  await tx.deleteFrom('memberships').where('id', '=', member.id).execute();
  await recordEndedAccess(tx, { kind: 'end', owners: { userId, accountId } });
  await recordChange(tx, { catalogue, context }, { event: 'membership.removed', accountId, subject: email, reason });
  if (reason !== 'removed') await endWebhooks(tx, { catalogue, context, reason }, { userId, accountId });
  if (reason !== 'left') await signOutIfLast(tx, { catalogue, context, reason: 'the last membership ended' }, userId);
}

/**
 * Those that the person made, in one organization or in all: they go on telling whom they lead to.
 * An admin who removes a member by hand is asked about them (settle-shared-secrets.ts).
 */
export async function endWebhooks(
  tx: Transaction<Schema>,
  { catalogue, context, reason }: Parameters<typeof recordEndedSessions>[1],
  { userId, accountId }: { readonly userId: UserId; readonly accountId?: AccountId },
): Promise<void> {
  const made = tx.deleteFrom('notification_targets').where('created_by', '=', userId);
  const asked = accountId === undefined ? made : made.where('account_id', '=', accountId);
  const ended = await asked.returning(['account_id', 'name']).execute();
  const eventOf = ({ account_id, name }: (typeof ended)[number]) => {
    const subject = `notifications ${quoted(name)}`;
    const facts = { accountId: account_id, subject, reason: `removed: ${reason}, who made them` };
    return changeEvent(catalogue, context, { event: 'policy.changed', ...facts });
  };
  await recordAuditEvents(tx, ended.map(eventOf));
}
