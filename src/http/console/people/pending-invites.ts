// Invites members; lists, resends and cancels pending invitations.

import { z } from 'zod';
import { InviteMembersPage } from '../../../../web/pages/console/people/invite-members-page.tsx';
import { InvitedPage } from '../../../../web/pages/console/people/invited-page.tsx';
import { PendingInvitesPage } from '../../../../web/pages/console/people/pending-invites-page.tsx';
import { cancelInvitation, inviteMembers, resendInvitation } from '../../../actions/organizations/invite-members.ts';
import { listInvitations } from '../../../catalogue/accounts/invitations.ts';
import type { InvitationOutcome } from '../../../catalogue/accounts/invite-members.ts';
import { accountResource, requireMay } from '../../../catalogue/rights/permissions.ts';
import { parseEmailList } from '../../../catalogue/store/email-address.ts';
import { PosternError } from '../../../errors.ts';
import { type InvitationId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { shownLink } from '../shell/guest-links.ts';
import { listingOf } from '../shell/listing.ts';
import { belowTabView } from '../shell/open-console-view.ts';
import { type PeopleCall, peopleProps } from './members-page.ts';

const MAX_LIST_CHARACTERS = 30_000;
const inviteSchema = z.object({
  emails: z.string().max(MAX_LIST_CHARACTERS),
  role: z.enum(['admin', 'member']),
});

const oneId = z.string().max(64);
const tickedSchema = z.object({
  invitation: z.union([oneId.transform((id) => [id]), z.array(oneId).max(100)], 'tick at least one'),
});

export async function showPendingInvites(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, place } = call;
  const invitations = await listInvitations(parts.catalogue, context, account.id);
  const rows = invitations.map(({ id, email, memberRole, invitedAt, expiresAt, status }) => ({
    id,
    email: cleanForPage(email),
    memberRole,
    invitedAt,
    expiresAt,
    isExpired: status === 'expired',
  }));
  parts.renderer.send(request, response, PendingInvitesPage, {
    ...(await peopleProps(call, 'invitations', again)),
    listing: listingOf(call, rows, {
      path: `${place}/invitations`,
      text: ({ email, memberRole }) => `${email} ${memberRole}`,
      sorts: {
        email: ({ email }) => email,
        role: ({ memberRole }) => memberRole,
        invited: ({ invitedAt }) => invitedAt.getTime(),
        until: ({ expiresAt }) => expiresAt.getTime(),
      },
    }),
  });
}

export async function showInviteMembers(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, account, place } = call;
  requireMay(person, 'invitations.create', accountResource(account.id));
  parts.renderer.send(request, response, InviteMembersPage, {
    view: belowTabView(call, ['people', 'Invite members'], again),
    place,
    organization: cleanForPage(account.name),
    typed: again?.typed ?? {},
  });
}

/** Answers with the result for each e-mail; links are shown once. */
export async function invite(call: PeopleCall): Promise<void> {
  const { parts, context, account } = call;
  const { emails, role } = parseForm(call, inviteSchema);
  const invitations = parseEmailList(emails).map(({ text }) => ({ email: text, memberRole: role }));
  const outcomes = await inviteMembers(parts, context, { accountId: account.id, invitations });
  await sendInvited(
    call,
    outcomes.map((outcome) => invitedRow(call, outcome)),
  );
}

export async function resend(call: PeopleCall): Promise<void> {
  const { parts, context, account } = call;
  const which = { accountId: account.id, invitationId: invitationIn(call) };
  const again = await resendInvitation(parts, context, which);
  await sendInvited(call, [invitedRow(call, { kind: 'invited', ...again })]);
}

export async function askCancel(call: PeopleCall, again?: Again): Promise<void> {
  requireMay(call.person, 'invitations.cancel', accountResource(call.account.id));
  const invitations = await listInvitations(call.parts.catalogue, call.context, call.account.id);
  const invitation = invitations.find(({ id }) => id === invitationIn(call));
  if (invitation === undefined) throw new PosternError('not_found', { params: { thing: 'invitation' } });
  sendConfirmation(call, {
    view: belowTabView(call, ['people', 'Cancel invitation'], again),
    title: `Cancel the invitation of ${cleanForPage(invitation.email)}?`,
    text: 'The link they have stops working. You can invite them again.',
    button: 'Cancel invitation',
    cancelPath: `${call.place}/invitations`,
  });
}

export async function cancel(call: PeopleCall): Promise<void> {
  const { parts, context, account, place } = call;
  const which = { accountId: account.id, invitationId: invitationIn(call) };
  await cancelInvitation(parts, context, which);
  goTo(call, `${place}/invitations`, 'invitation_canceled');
}

/** Those that are still there: one may have been accepted meanwhile. */
export async function cancelTicked(call: PeopleCall): Promise<void> {
  const { parts, context, account, place } = call;
  const { invitation } = parseForm(call, tickedSchema);
  const ticked = new Set(invitation);
  for (const { id } of await listInvitations(parts.catalogue, context, account.id)) {
    if (ticked.has(id)) await cancelInvitation(parts, context, { accountId: account.id, invitationId: id });
  }
  goTo(call, `${place}/invitations`, 'invitations_canceled');
}

type InvitedRow = Parameters<typeof InvitedPage>[0]['rows'][number];

async function sendInvited(call: PeopleCall, rows: readonly InvitedRow[]): Promise<void> {
  const { parts, request, response, place } = call;
  const view = belowTabView(call, ['people', 'Invited']);
  await parts.renderer.sendOnce(request, response, InvitedPage, { view, place, rows });
}

export function invitedRow({ parts }: PeopleCall, outcome: InvitationOutcome): InvitedRow {
  if (outcome.kind === 'already_member') {
    return { email: cleanForPage(outcome.email), outcome: outcome.kind, link: null };
  }
  const link = shownLink(parts, outcome);
  return { email: cleanForPage(outcome.invitation.email), outcome: 'invited', link };
}

function invitationIn(call: PeopleCall): InvitationId {
  return idFrom<InvitationId>(param(call, 'invitationId'));
}
