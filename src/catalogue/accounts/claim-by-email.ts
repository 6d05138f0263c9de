// Gives a person the project shares and invitations that waited for the e-mail address.

import type { Selectable, Transaction } from 'kysely';
import type { AccountId, ProjectId, ShareId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { UsersTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, changeEvent, recordChange } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';
import { lockAccount } from './accounts.ts';
import { insertMembership } from './memberships.ts';

interface Claim {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly user: Pick<Selectable<UsersTable>, 'id' | 'email' | 'email_key'>;
}

/** Idempotent. NOTE: for a verified e-mail only, or anybody could claim another's. */
export async function claimByEmail(tx: Transaction<Schema>, claim: Claim): Promise<void> {
  const { catalogue, user } = claim;
  const shares = await tx
    .updateTable('project_shares')
    .set({ user_id: user.id, link_hash: null, link_expires_at: null })
    .where('email_key', '=', user.email_key)
    .where('user_id', 'is', null)
    .returning('project_id')
    .execute();
  await recordTakenShares(tx, claim, shares);
  const invitations = await tx
    .selectFrom('invitations')
    .select('account_id')
    .where('email_key', '=', user.email_key)
    .where('expires_at', '>', catalogue.clock.now())
    .orderBy('account_id')
    .execute();
  for (const { account_id: accountId } of invitations) await accept(tx, claim, accountId);
}

/** Accepts what one link leads to and nothing else, for an e-mail that is not verified. */
export async function claimByLink(
  tx: Transaction<Schema>,
  claim: Claim,
  to:
    | { readonly kind: 'organization'; readonly accountId: AccountId }
    | { readonly kind: 'project'; readonly shareId: ShareId },
): Promise<void> {
  if (to.kind === 'organization') return await accept(tx, claim, to.accountId);
  const shares = await tx
    .updateTable('project_shares')
    .set({ user_id: claim.user.id, link_hash: null, link_expires_at: null })
    .where('id', '=', to.shareId)
    .where('user_id', 'is', null)
    .returning('project_id')
    .execute();
  await recordTakenShares(tx, claim, shares);
}

/** Audited as an accepted invitation, so that the trail says since when the person has access. */
async function recordTakenShares(
  tx: Transaction<Schema>,
  { catalogue, context, user }: Claim,
  shares: ReadonlyArray<{ readonly project_id: ProjectId }>,
): Promise<void> {
  if (shares.length === 0) return;
  const ids = shares.map(({ project_id }) => project_id);
  const projects = await tx
    .selectFrom('projects')
    .select(['id', 'account_id'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  const taken = projects.map(({ id: projectId, account_id: accountId }) => ({ projectId, accountId }));
  const facts = { event: 'invitation.changed', subject: user.email, reason: 'accepted' } as const;
  await recordAuditEvents(
    tx,
    taken.map((place) => changeEvent(catalogue, context, { ...facts, ...place })),
  );
}

// Inviting locks the account before the invitation's row too, so the order here must be the same.
async function accept(tx: Transaction<Schema>, { catalogue, context, user }: Claim, accountId: AccountId) {
  await lockAccount(tx, accountId);
  const invitation = await tx
    .deleteFrom('invitations')
    .where('email_key', '=', user.email_key)
    .where('account_id', '=', accountId)
    .returning('member_role')
    .executeTakeFirst();
  if (invitation === undefined) return;
  const event = { event: 'invitation.changed', accountId, subject: user.email, reason: 'accepted' } as const;
  await recordChange(tx, { catalogue, context }, event);
  await insertMembership(tx, { catalogue, context, accountId, user, memberRole: invitation.member_role });
}
