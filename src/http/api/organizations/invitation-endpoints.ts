// Invitations to an organization.

import { z } from 'zod';
import { cancelInvitation, inviteMembers, resendInvitation } from '../../../actions/organizations/invite-members.ts';
import { assertNever } from '../../../assert-never.ts';
import { type Invitation, listInvitations } from '../../../catalogue/accounts/invitations.ts';
import type { InvitationOutcome } from '../../../catalogue/accounts/invite-members.ts';
import type { Membership } from '../../../catalogue/accounts/memberships.ts';
import { PosternError } from '../../../errors.ts';
import type { InvitationId, UserId } from '../../../ids.ts';
import { requirePerson } from '../call/api-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { emailField, idField, namedIdField, personOrNobody, timeField, uuidField } from '../call/field-shapes.ts';
import { memberRoleField } from './member-endpoints.ts';
import { organizationParams } from './organization-endpoints.ts';

const MAX_INVITATIONS_AT_ONCE = 100;

// Neon API 2.7.3: Invitation
const invitationShape = z
  .object({
    id: uuidField,
    email: emailField,
    org_id: namedIdField,
    invited_by: uuidField,
    invited_at: timeField,
    role: memberRoleField,
    status: z
      .enum(['pending', 'expired', 'accepted'])
      .meta({ description: 'Postern only. Accepted: the person was known and is a member now.' }),
    expires_at: timeField.optional().meta({ description: 'Postern only.' }),
  })
  .meta({ id: 'Invitation' });

const invitationParams = organizationParams.extend({ invitation_id: idField<InvitationId>() });
const invitationsShape = z.object({ invitations: z.array(invitationShape) });

export const listInvitationsRoute = apiRoute({
  method: 'get',
  path: '/organizations/{org_id}/invitations',
  operationId: 'getOrganizationInvitations',
  summary: 'Invitations that wait for an answer, newest first',
  tag: 'Organizations',
  params: organizationParams,
  status: 200,
  reply: invitationsShape,
  perform: async ({ catalogue, context }, { params }) => ({
    invitations: (await listInvitations(catalogue, context, params.org_id)).map(invitationOnWire),
  }),
});

export const createInvitationsRoute = apiRoute({
  method: 'post',
  path: '/organizations/{org_id}/invitations',
  operationId: 'createOrganizationInvitations',
  summary: 'Invites people by e-mail; those who are known by it join at once',
  tag: 'Organizations',
  params: organizationParams,
  body: z.object({
    invitations: z
      .array(z.object({ email: emailField, role: memberRoleField }))
      .min(1)
      .max(MAX_INVITATIONS_AT_ONCE),
  }),
  status: 200,
  reply: invitationsShape,
  perform: async (call, { params, body }) => {
    const invitations = body.invitations.map(({ email, role }) => ({ email, memberRole: role }));
    const outcomes = await inviteMembers(call, call.context, { accountId: params.org_id, invitations });
    const { userId: invitedBy } = requirePerson(call.context);
    const made = outcomes.flatMap((outcome) => outcomeOnWire(outcome, invitedBy) ?? []);
    if (made.length > 0) return { invitations: made };
    throw new PosternError('all_members_already');
  },
});

export const resendInvitationRoute = apiRoute({
  method: 'post',
  path: '/organizations/{org_id}/invitations/{invitation_id}/resend',
  operationId: 'resendOrganizationInvitation',
  summary: 'Postern only: sends a new link; the old one stops working',
  tag: 'Organizations',
  params: invitationParams,
  status: 200,
  reply: invitationShape,
  perform: async (call, { params }) => {
    const which = { accountId: params.org_id, invitationId: params.invitation_id };
    return invitationOnWire((await resendInvitation(call, call.context, which)).invitation);
  },
});

export const cancelInvitationRoute = apiRoute({
  method: 'delete',
  path: '/organizations/{org_id}/invitations/{invitation_id}',
  operationId: 'cancelOrganizationInvitation',
  summary: 'Postern only: withdraws an invitation',
  tag: 'Organizations',
  params: invitationParams,
  status: 200,
  reply: invitationShape,
  perform: async (call, { params }) => {
    const which = { accountId: params.org_id, invitationId: params.invitation_id };
    return invitationOnWire(await cancelInvitation(call, call.context, which));
  },
});

/** Null for existing members, who get no invitation. */
function outcomeOnWire(outcome: InvitationOutcome, invitedBy: UserId): z.input<typeof invitationShape> | null {
  switch (outcome.kind) {
    case 'invited':
      return invitationOnWire(outcome.invitation);
    case 'joined':
      return acceptedOnWire(outcome, invitedBy);
    case 'already_member':
      return null;
    default:
      return assertNever(outcome);
  }
}

/**
 * A person who joined at once has a membership instead of an invitation; its id is used for both.
 */
function acceptedOnWire(
  { email, membership }: { readonly email: string; readonly membership: Membership },
  invitedBy: UserId,
): z.input<typeof invitationShape> {
  return {
    id: membership.id,
    email,
    org_id: membership.accountId,
    invited_by: invitedBy,
    invited_at: membership.joinedAt.toISOString(),
    role: membership.memberRole,
    status: 'accepted',
  };
}

function invitationOnWire(invitation: Invitation): z.input<typeof invitationShape> {
  return {
    id: invitation.id,
    email: invitation.email,
    org_id: invitation.accountId,
    invited_by: personOrNobody(invitation.invitedBy),
    invited_at: invitation.invitedAt.toISOString(),
    role: invitation.memberRole,
    status: invitation.status,
    expires_at: invitation.expiresAt.toISOString(),
  };
}
