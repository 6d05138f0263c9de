// The members of an organization.

import { z } from 'zod';
import { changeMemberRole, removeMember } from '../../../actions/organizations/change-organization.ts';
import { getMember, listMembers } from '../../../catalogue/accounts/member-lists.ts';
import type { Membership } from '../../../catalogue/accounts/memberships.ts';
import type { MembershipId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { emailField, idField, namedIdField, timeField, uuidField } from '../call/field-shapes.ts';
import { knownPasswordsField, knownPasswordsOnWire, passwordChoice, passwordQuery } from '../call/known-passwords.ts';
import { cursorField, cursorPaginationOf, cursorPaginationShape, limitField, sortOrderField } from '../call/lists.ts';
import { onWire } from '../call/on-wire.ts';
import {
  sharedSecretChoice,
  sharedSecretQuery,
  sharedSecretsField,
  sharedSecretsOnWire,
} from '../call/shared-secrets.ts';
import { organizationParams } from './organization-endpoints.ts';

// Neon's newer roles (editor, viewer, collaborator) are refused, since they do not exist here.
export const memberRoleField = z.enum(['admin', 'member']);

// Neon API 2.7.3: Member
const memberShape = z
  .object({ id: uuidField, user_id: uuidField, org_id: namedIdField, role: memberRoleField, joined_at: timeField })
  .meta({ id: 'Member' });

const memberWithUserShape = z
  .object({ member: memberShape, user: z.object({ email: emailField }) })
  .meta({ id: 'MemberWithUser' });

const memberParams = organizationParams.extend({ member_id: idField<MembershipId>() });

export const MEMBER_ROUTES = tagged('Organizations', [
  apiRoute('get', '/organizations/{org_id}/members', {
    operationId: 'getOrganizationMembers',
    summary: 'Members of an organization',
    params: organizationParams,
    query: z.object({
      sort_by: z.enum(['email', 'role', 'joined_at']).default('joined_at'),
      sort_order: sortOrderField,
      cursor: cursorField,
      limit: limitField({ byDefault: 500, most: 500 }),
    }),
    reply: z.object({ members: z.array(memberWithUserShape), pagination: cursorPaginationShape.optional() }),
    perform: async ({ catalogue, context }, { params, query }) => {
      const { sort_by, sort_order, limit, cursor } = query;
      const request = { accountId: params.org_id, sortBy: sort_by, sortOrder: sort_order, limit, cursor };
      const page = await listMembers(catalogue, context, request);
      return {
        members: page.members.map((member) => ({ member: memberOnWire(member), user: { email: member.email } })),
        ...cursorPaginationOf(page.cursor, { sort_by, sort_order }),
      };
    },
  }),
  apiRoute('get', '/organizations/{org_id}/members/{member_id}', {
    operationId: 'getOrganizationMember',
    summary: 'A member',
    params: memberParams,
    reply: memberShape,
    perform: async ({ catalogue, context }, { params }) => {
      const which = { accountId: params.org_id, membershipId: params.member_id };
      return memberOnWire(await getMember(catalogue, context, which));
    },
  }),
  apiRoute('patch', '/organizations/{org_id}/members/{member_id}', {
    operationId: 'updateOrganizationMember',
    summary: 'Promotes or demotes a member; the only admin stays one',
    params: memberParams,
    body: z.object({ role: memberRoleField }),
    reply: memberShape,
    perform: async (call, { params, body }) => {
      const change = { accountId: params.org_id, membershipId: params.member_id, memberRole: body.role };
      return memberOnWire(await changeMemberRole(call, call.context, change));
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/members/{member_id}', {
    operationId: 'removeOrganizationMember',
    summary: "Removes a member and ends what rested on it; one's own membership means leaving",
    params: memberParams,
    query: passwordQuery.extend(sharedSecretQuery.shape),
    reply: z.object({ known_passwords: knownPasswordsField, shared_secrets: sharedSecretsField }),
    perform: async (call, { params, query }) => {
      const which = { accountId: params.org_id, membershipId: params.member_id };
      const choices = { ...passwordChoice(query), ...sharedSecretChoice(query) };
      const removed = await removeMember(call, call.context, { ...which, ...choices });
      return { ...knownPasswordsOnWire(removed), ...sharedSecretsOnWire(removed) };
    },
  }),
]);

function memberOnWire(member: Membership): z.input<typeof memberShape> {
  return onWire(memberShape, { ...member, orgId: member.accountId, role: member.memberRole });
}
