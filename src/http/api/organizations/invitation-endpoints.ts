// Invitations to an organization.

import { z } from 'zod';
import { cancelInvitation, inviteMembers, resendInvitation } from '../../../actions/organizations/invite-members.ts';
import { type Invitation, listInvitations } from '../../../catalogue/accounts/invitations.ts';
import type { InvitationOutcome } from '../../../catalogue/accounts/invite-members.ts';
import { PosternError } from '../../../errors.ts';
import type { InvitationId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { emailField, idField, namedIdField, personOrNobody, timeField, uuidField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
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
    status: z.enum(['pending', 'expired']).meta({ description: 'Postern only.' }),
    expires_at: timeField.optional().meta({ description: 'Postern only.' }),
  })
  .meta({ id: 'Invitation' });

const invitationParams = organizationParams.extend({ invitation_id: idField<InvitationId>() });
const invitationsShape = z.object({ invitations: z.array(invitationShape) });

export const INVITATION_ROUTES = tagged('Organizations', [
  apiRoute('get', '/organizations/{org_id}/invitations', {
    operationId: 'getOrganizationInvitations',
    summary: 'Invitations that wait for an answer, newest first',
    params: organizationParams,
    reply: invitationsShape,
    perform: async ({ catalogue, context }, { params }) => ({
      invitations: (await listInvitations(catalogue, context, params.org_id)).map(invitationOnWire),
    }),
  }),
  apiRoute('post', '/organizations/{org_id}/invitations', {
    operationId: 'createOrganizationInvitations',
    summary: 'Invites people by email, who join by accepting',
    params: organizationParams,
    body: z.object({
      invitations: z
        .array(z.object({ email: emailField, role: memberRoleField }))
        .min(1)
        .max(MAX_INVITATIONS_AT_ONCE),
    }),
    reply: invitationsShape,
    perform: async (call, { params, body }) => {
      const invitations = body.invitations.map(({ email, role }) => ({ email, memberRole: role }));
      const outcomes = await inviteMembers(call, call.context, { accountId: params.org_id, invitations });
      const made = outcomes.flatMap((outcome) => outcomeOnWire(outcome) ?? []);
      if (made.length > 0) return { invitations: made };
      throw new PosternError('all_members_already');
    },
  }),
  apiRoute('post', '/organizations/{org_id}/invitations/{invitation_id}/resend', {
    operationId: 'resendOrganizationInvitation',
    summary: 'Postern only: sends a new link; the old one stops working',
    params: invitationParams,
    reply: invitationShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, invitationId: params.invitation_id };
      return invitationOnWire((await resendInvitation(call, call.context, which)).invitation);
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/invitations/{invitation_id}', {
    operationId: 'cancelOrganizationInvitation',
    summary: 'Postern only: withdraws an invitation',
    params: invitationParams,
    reply: invitationShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, invitationId: params.invitation_id };
      return invitationOnWire(await cancelInvitation(call, call.context, which));
    },
  }),
]);

/** Null for existing members. */
function outcomeOnWire(outcome: InvitationOutcome): z.input<typeof invitationShape> | null {
  return outcome.kind === 'invited' ? invitationOnWire(outcome.invitation) : null;
}

function invitationOnWire(invitation: Invitation): z.input<typeof invitationShape> {
  return onWire(invitationShape, {
    ...invitation,
    orgId: invitation.accountId,
    invitedBy: personOrNobody(invitation.invitedBy),
    role: invitation.memberRole,
  });
}
