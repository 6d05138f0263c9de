// Invites members; lists, resends and cancels pending invitations.

import { z } from 'zod';
import { InviteMembersPage } from '../../../../web/pages/console/people/invite-members-page.tsx';
import { InvitedPage } from '../../../../web/pages/console/people/invited-page.tsx';
import { PendingInvitesPage } from '../../../../web/pages/console/people/pending-invites-page.tsx';
import {
  cancelInvitation,
  invitationLink,
  inviteMembers,
  resendInvitation,
} from '../../../actions/organizations/invite-members.ts';
import { assertNever } from '../../../assert-never.ts';
import { listInvitations } from '../../../catalogue/accounts/invitations.ts';
import type { InvitationOutcome } from '../../../catalogue/accounts/invite-members.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { parseEmailList } from '../../../catalogue/store/email-address.ts';
import { type InvitationId, idFrom } from '../../../ids.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { param } from '../shell/visit.ts';
import { belowPeopleView, type PeopleVisit, peopleProps } from './open-people.ts';

const MAX_LIST_CHARACTERS = 30_000;
const inviteSchema = z.object({
  emails: z.string().max(MAX_LIST_CHARACTERS),
  role: z.enum(['admin', 'member']),
});

export async function showPendingInvites(visit: PeopleVisit, again?: Again): Promise<void> {
  const { parts, request, response, context, account } = visit;
  const invitations = await listInvitations(parts.catalogue, context, account.id);
  parts.renderer.send(request, response, PendingInvitesPage, {
    ...peopleProps(visit, 'invitations', again),
    invitations: invitations.map(({ id, email, memberRole, invitedAt, expiresAt, status }) => ({
      id,
      email: cleanForPage(email),
      memberRole,
      invitedAt,
      expiresAt,
      isExpired: status === 'expired',
    })),
  });
}

export async function showInviteMembers(visit: PeopleVisit, again?: Again): Promise<void> {
  const { parts, request, response, person, account, place } = visit;
  requireMay(person, 'invitations.create', accountResource(account.id));
  parts.renderer.send(request, response, InviteMembersPage, {
    view: belowPeopleView(visit, 'Invite members', again),
    place,
    organization: cleanForPage(account.name),
    typed: again?.typed ?? {},
  });
}

/** Answers with the result for each e-mail; links are shown once. */
export async function invite(visit: PeopleVisit): Promise<void> {
  const { parts, context, account } = visit;
  const { emails, role } = parseForm(visit, inviteSchema);
  const invitations = parseEmailList(emails).map(({ text }) => ({ email: text, memberRole: role }));
  const outcomes = await inviteMembers(parts, context, { accountId: account.id, invitations });
  sendInvited(
    visit,
    outcomes.map((outcome) => invitedRow(visit, outcome)),
  );
}

export async function resend(visit: PeopleVisit): Promise<void> {
  const { parts, context, account } = visit;
  const which = { accountId: account.id, invitationId: invitationIn(visit) };
  const { invitation, token } = await resendInvitation(parts, context, which);
  sendInvited(visit, [{ email: cleanForPage(invitation.email), outcome: 'invited', link: linkOf(visit, token) }]);
}

export async function cancel(visit: PeopleVisit): Promise<void> {
  const { parts, context, account, place } = visit;
  const which = { accountId: account.id, invitationId: invitationIn(visit) };
  await cancelInvitation(parts, context, which);
  goTo(visit, done(`${place}/invitations`, 'invitation_canceled'));
}

type InvitedRow = Parameters<typeof InvitedPage>[0]['rows'][number];

function sendInvited(visit: PeopleVisit, rows: readonly InvitedRow[]): void {
  const { parts, request, response, place } = visit;
  parts.renderer.send(request, response, InvitedPage, { view: belowPeopleView(visit, 'Invited'), place, rows });
}

/** Exported for guests who become members. */
export function invitedRow(visit: PeopleVisit, outcome: InvitationOutcome): InvitedRow {
  switch (outcome.kind) {
    case 'invited':
      return {
        email: cleanForPage(outcome.invitation.email),
        outcome: 'invited',
        link: linkOf(visit, outcome.token),
      };
    case 'joined':
    case 'already_member':
      return { email: cleanForPage(outcome.email), outcome: outcome.kind, link: null };
    default:
      return assertNever(outcome);
  }
}

/**
 * NOTE: null where mail is sent, since the link proves access to the mailbox: only its reader may
 * have it.
 */
function linkOf({ parts }: PeopleVisit, token: Secret): string | null {
  return parts.config.smtpUrl === null ? invitationLink(parts.address.url, token) : null;
}

function invitationIn(visit: PeopleVisit): InvitationId {
  return idFrom<InvitationId>(param(visit, 'invitationId'));
}
