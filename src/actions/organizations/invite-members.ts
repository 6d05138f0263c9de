// Inviting people to an organization: written, then told by mail.

import { assertNever } from '../../assert-never.ts';
import { findAccount } from '../../catalogue/accounts/accounts.ts';
import {
  cancelInvitation as cancel,
  type Invitation,
  resendInvitation as resend,
} from '../../catalogue/accounts/invitations.ts';
import { type InvitationOutcome, inviteMembers as invite } from '../../catalogue/accounts/invite-members.ts';
import { convertGuest as convert } from '../../catalogue/projects/shares.ts';
import type { Actor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccountId, InvitationId } from '../../ids.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import { invitationMail, joinedMail } from '../../mail/invitation-mails.ts';
import type { Mail } from '../../mail/mailer.ts';
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
  await mailInvitations(parts, input.accountId, outcomes);
  return outcomes;
}

/** The old link stops working. Throws `rate_limited`, and as the catalogue's function. */
export async function resendInvitation(
  parts: InvitingParts,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly invitationId: InvitationId },
): Promise<{ readonly invitation: Invitation; readonly token: Secret }> {
  await limitInvitations(parts, context, [which.invitationId]);
  const again = await resend(parts.catalogue, context, which);
  await mailInvitations(parts, which.accountId, [{ kind: 'invited', ...again }]);
  return again;
}

/** One without an account stays a guest until the invitation is accepted. Throws `not_found`. */
export async function convertGuest(
  parts: InvitingParts,
  context: AuditContext,
  input: Parameters<typeof convert>[2],
): Promise<InvitationOutcome> {
  const outcome = await convert(parts.catalogue, context, input);
  await mailInvitations(parts, input.accountId, [outcome]);
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
  for (const recipient of recipients) {
    const verdict = await limits.invitation({ sender: senderOf(actor), recipient, address: browserIp ?? '' });
    requireAllowed(verdict);
  }
}

function senderOf(actor: Actor): string {
  if (actor.kind === 'system') return actor.kind;
  return actor.kind === 'person' ? actor.userId : String(actor.keyId);
}

/** Tells each person what became of the invitation; members already are told nothing. */
export async function mailInvitations(
  parts: InvitingParts,
  accountId: AccountId,
  outcomes: readonly InvitationOutcome[],
): Promise<void> {
  const account = await findAccount(parts.catalogue.db, accountId);
  const organizationName = account?.name ?? accountId;
  const mails = outcomes.flatMap((outcome) => mailFor(parts, { outcome, organizationName }) ?? []);
  for (const mail of mails) parts.mailer.send(mail);
}

function mailFor(
  { config, address: { url } }: InvitingParts,
  { outcome, organizationName }: { outcome: InvitationOutcome; organizationName: string },
): Mail | null {
  const facts = { organizationName, brand: config.brand };
  switch (outcome.kind) {
    case 'invited': {
      const { email: to, expiresAt } = outcome.invitation;
      return invitationMail({ ...facts, to, link: invitationLink(url, outcome.token), expiresAt });
    }
    case 'joined':
      return joinedMail({ ...facts, to: outcome.email, url });
    case 'already_member':
      return null;
    default:
      return assertNever(outcome);
  }
}

/** Where an invitation is accepted, to an organization or to a project. Holds the token. */
export function invitationLink(url: string, token: Secret): string {
  return `${url}/invitations/${token.reveal()}`;
}
