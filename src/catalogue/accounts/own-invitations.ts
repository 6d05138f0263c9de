// The invitations to organizations that wait for a person, who accepts or declines each. Only for a
// verified e-mail: with another, its link is needed.

import type { InvitationId } from '../../ids.ts';
import type { PersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { acceptInvitationTo } from './claim-by-email.ts';
import { getUser } from './users.ts';

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** Newest first; none for an e-mail that is not verified. */
export async function listOwnInvitations(catalogue: Catalogue, { actor }: OwnContext) {
  const rows = await openInvitations(catalogue, actor)
    .leftJoin('users as inviters', 'inviters.id', 'invitations.invited_by')
    .select(['invitations.id', 'accounts.name', 'member_role', 'invited_at', 'expires_at'])
    .select(['inviters.email as inviter_email'])
    .orderBy('invited_at', 'desc')
    .orderBy('invitations.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    organization: row.name,
    memberRole: row.member_role,
    inviterEmail: row.inviter_email,
    invitedAt: row.invited_at,
    expiresAt: row.expires_at,
  }));
}

/** Those that wait; none for an e-mail that is not verified. */
export async function countOwnInvitations(catalogue: Catalogue, { actor }: OwnContext): Promise<number> {
  const { count } = await openInvitations(catalogue, actor)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Returns the organization's id. Throws `not_found` for one that is not open, or another's. */
export async function acceptOwnInvitation(
  catalogue: Catalogue,
  context: OwnContext,
  { invitationId }: { readonly invitationId: InvitationId },
) {
  const { id, email } = await getUser(catalogue, context.actor.userId);
  const { account_id: accountId } = await getOpenOne(catalogue, context, invitationId);
  const claim = { catalogue, context, user: { id, email, email_key: emailKey(email) } };
  const isAccepted = await catalogue.transaction((tx) => acceptInvitationTo(tx, claim, accountId));
  if (!isAccepted) throw missing('invitation');
  return accountId;
}

/** Throws `not_found` for one that is not open, or another's. */
export async function declineOwnInvitation(
  catalogue: Catalogue,
  context: OwnContext,
  { invitationId }: { readonly invitationId: InvitationId },
): Promise<void> {
  const { account_id: accountId, email: subject } = await getOpenOne(catalogue, context, invitationId);
  await catalogue.transaction(async (tx) => {
    await tx.deleteFrom('invitations').where('id', '=', invitationId).execute();
    const event = { event: 'invitation.removed', accountId, subject, reason: 'declined' } as const;
    await recordChange(tx, { catalogue, context }, event);
  });
}

async function getOpenOne(catalogue: Catalogue, { actor }: OwnContext, invitationId: InvitationId) {
  return openInvitations(catalogue, actor)
    .select(['account_id', 'invitations.email'])
    .where('invitations.id', '=', invitationId)
    .executeTakeFirstOrThrow(() => missing('invitation'));
}

function openInvitations({ db, clock }: Catalogue, actor: PersonActor) {
  requireMay(actor, 'self.change', INSTALLATION);
  return db
    .selectFrom('users as own')
    .innerJoin('invitations', 'invitations.email_key', 'own.email_key')
    .innerJoin('accounts', 'accounts.id', 'invitations.account_id')
    .where('own.id', '=', actor.userId)
    .where('own.email_verified', '=', true)
    .where('expires_at', '>', clock.now());
}
