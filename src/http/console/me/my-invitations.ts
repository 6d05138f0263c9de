// The person's own invitations: listed, accepted, declined.

import { MyInvitationsPage } from '../../../../web/pages/console/me/my-invitations-page.tsx';
import { acceptOwnInvitation, declineOwnInvitation } from '../../../actions/people/sign-up.ts';
import { listOwnInvitations } from '../../../catalogue/accounts/own-invitations.ts';
import { getUser } from '../../../catalogue/accounts/users.ts';
import { type InvitationId, idFrom } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, type ConsoleCall, goTo, param } from '../shell/console-call.ts';
import { meView } from '../shell/open-console-view.ts';

const PATH = '/app/me/invitations';

export async function showOwnInvitations(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, context, now } = call;
  const { email, emailVerified } = await getUser(parts.catalogue, person.userId);
  const invitations = await listOwnInvitations(parts.catalogue, context);
  parts.renderer.send(request, response, MyInvitationsPage, {
    view: meView(call, PATH, again),
    path: PATH,
    email: cleanForPage(email),
    isEmailVerified: emailVerified,
    invitations: invitations.map((invitation) => ({
      ...invitation,
      organization: cleanForPage(invitation.organization),
      inviterEmail: invitation.inviterEmail === null ? null : cleanForPage(invitation.inviterEmail),
    })),
    now,
  });
}

export async function acceptInvitation(call: ConsoleCall): Promise<void> {
  const accountId = await acceptOwnInvitation(call.parts, call.context, { invitationId: invitationIn(call) });
  goTo(call, `/app/${accountId}/projects?welcome=yes`);
}

export async function declineInvitation(call: ConsoleCall): Promise<void> {
  await declineOwnInvitation(call.parts, call.context, { invitationId: invitationIn(call) });
  goTo(call, PATH, 'invitation_declined');
}

function invitationIn(call: ConsoleCall): InvitationId {
  return idFrom<InvitationId>(param(call, 'invitationId'));
}
