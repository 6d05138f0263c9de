// Inviting people to an organization: written, then told by mail.

import { findAccount } from '../../catalogue/accounts/accounts.ts';
import { cancelInvitation as cancel, resendInvitation as resend } from '../../catalogue/accounts/invitations.ts';
import { type InvitationOutcome, inviteMembers as invite } from '../../catalogue/accounts/invite-members.ts';
import { getUser } from '../../catalogue/accounts/users.ts';
import { convertGuest as convert } from '../../catalogue/projects/guests.ts';
import type { Actor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccountId, InvitationId } from '../../ids.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { type Inviter, invitationMail } from '../../mail/invitation-mails.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';

export type InvitingParts = Pick<ActionParts, 'catalogue' | 'mailer' | 'address'> & {
  readonly limits: Pick<ActionParts['limits'], 'invitation'>;
  readonly config: Pick<ActionParts['config'], 'brand'>;
};

/** A mail that fails undoes nothing. Throws `rate_limited`, and as the catalogue's function. */
export async function inviteMembers(
  parts: InvitingParts,
  context: AuditContext,
  input: Parameters<typeof invite>[2],
): Promise<InvitationOutcome[]> {
  await limitInvitations(
    parts,
    context,
    input.invitations.map(({ email }) => email),
  );
  const outcomes = await invite(parts.catalogue, context, input);
  await mailInvitations(parts, context, { accountId: input.accountId, outcomes });
  return outcomes;
}

/** The old link stops working. Throws `rate_limited`, and as the catalogue's function. */
export async function resendInvitation(
  parts: InvitingParts,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly invitationId: InvitationId },
): ReturnType<typeof resend> {
  await limitInvitations(parts, context, [which.invitationId]);
  const again = await resend(parts.catalogue, context, which);
  await mailInvitations(parts, context, { accountId: which.accountId, outcomes: [{ kind: 'invited', ...again }] });
  return again;
}

/** The guest stays one until the invitation is accepted. Throws `rate_limited`, `not_found`. */
export async function convertGuest(
  parts: InvitingParts,
  context: AuditContext,
  input: Parameters<typeof convert>[2],
): Promise<InvitationOutcome> {
  await limitInvitations(parts, context, [input.email]);
  const outcome = await convert(parts.catalogue, context, input);
  await mailInvitations(parts, context, { accountId: input.accountId, outcomes: [outcome] });
  return outcome;
}

/** Withdraws an invitation; its link stops working. Throws `forbidden`, `not_found`. */
export const cancelInvitation = catalogueAction(cancel);

/** Counted of whoever asks, since permission is asked later. Throws `rate_limited`. */
export async function limitInvitations(
  { limits }: Pick<InvitingParts, 'limits'>,
  { actor, browserIp }: AuditContext,
  recipients: readonly string[],
): Promise<void> {
  // An operator's scripts, at the command line.
  if (actor.kind === 'system') return;
  for (const recipient of recipients) {
    const verdict = await limits.invitation({ sender: senderOf(actor), recipient, address: browserIp ?? '' });
    requireAllowed(verdict);
  }
}

/** All keys of an organization together: there may be any number of them. */
function senderOf(actor: Exclude<Actor, { kind: 'system' }>): string {
  return actor.kind === 'person' ? actor.userId : actor.accountId;
}

/** Members already are told nothing. */
export async function mailInvitations(
  parts: Omit<InvitingParts, 'limits'>,
  context: AuditContext,
  { accountId, outcomes }: { readonly accountId: AccountId; readonly outcomes: readonly InvitationOutcome[] },
): Promise<void> {
  const account = await findAccount(parts.catalogue.db, accountId);
  const facts = {
    organizationName: account?.name ?? accountId,
    brand: parts.config.brand,
    inviter: await inviterOf(parts, context),
  };
  for (const outcome of outcomes) {
    if (outcome.kind !== 'invited') continue;
    const { email: to, expiresAt } = outcome.invitation;
    const link = invitationLink(parts.address.url, outcome.token);
    parts.mailer.send(invitationMail({ ...facts, to, link, expiresAt }));
  }
}

/** As the mail names whoever invites or shares. */
export async function inviterOf(
  { catalogue }: Pick<InvitingParts, 'catalogue'>,
  { actor }: AuditContext,
): Promise<Inviter> {
  if (actor.kind === 'system') return { kind: 'operator' };
  if (actor.kind !== 'person') return { kind: 'api_key' };
  const { name, email, emailVerified } = await getUser(catalogue, actor.userId);
  return { kind: 'person', name, email, emailVerified };
}

/** Where an invitation is accepted, to an organization or to a project. Holds the token. */
export function invitationLink(url: string, token: Secret): string {
  return `${url}/invitations/${token.reveal()}`;
}
