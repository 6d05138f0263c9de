// Gives a person the project shares that waited for the e-mail address, and accepts invitations.

import type { Selectable, Transaction } from 'kysely';
import type { AccountId, ProjectId, ShareId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { UsersTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, changeEvent, recordChange } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';
import { lockAccount } from './accounts.ts';
import { insertMembership } from './memberships.ts';

export interface Claim {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly user: Pick<Selectable<UsersTable>, 'id' | 'email' | 'email_key'>;
}

/** Idempotent. NOTE: for a verified e-mail only, or anybody could claim another's. */
export async function claimShares(tx: Transaction<Schema>, claim: Claim): Promise<void> {
  const shares = await tx
    .updateTable('project_shares')
    .set({ user_id: claim.user.id, ...USED_LINK })
    .where('email_key', '=', claim.user.email_key)
    .where('user_id', 'is', null)
    .returning('project_id')
    .execute();
  await recordTakenShares(tx, claim, shares);
}

/** A used link also says that the guest acted: until then nothing shows whether there is one. */
const USED_LINK = { link_hash: null, link_expires_at: null };

/** Accepts what one link leads to and nothing else. */
export async function claimByLink(
  tx: Transaction<Schema>,
  claim: Claim,
  to:
    | { readonly kind: 'organization'; readonly accountId: AccountId }
    | { readonly kind: 'project'; readonly shareId: ShareId },
): Promise<void> {
  if (to.kind === 'organization') return void (await acceptInvitationTo(tx, claim, to.accountId));
  const shares = await tx
    .updateTable('project_shares')
    .set({ user_id: claim.user.id, ...USED_LINK })
    .where('id', '=', to.shareId)
    .where('link_hash', 'is not', null)
    .where((where) => where.or([where('user_id', 'is', null), where('user_id', '=', claim.user.id)]))
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

/** False without such an invitation; whether it has expired is the caller's to ask. */
export async function acceptInvitationTo(
  tx: Transaction<Schema>,
  { catalogue, context, user }: Claim,
  accountId: AccountId,
): Promise<boolean> {
  // Inviting locks the account before the invitation's row too, so the order here must be the same.
  await lockAccount(tx, accountId);
  const invitation = await tx
    .deleteFrom('invitations')
    .where('email_key', '=', user.email_key)
    .where('account_id', '=', accountId)
    .returning('member_role')
    .executeTakeFirst();
  if (invitation === undefined) return false;
  const event = { event: 'invitation.changed', accountId, subject: user.email, reason: 'accepted' } as const;
  await recordChange(tx, { catalogue, context }, event);
  await insertMembership(tx, { catalogue, context, accountId, user, memberRole: invitation.member_role });
  return true;
}
