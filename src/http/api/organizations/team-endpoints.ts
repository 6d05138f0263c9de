// Teams of an organization, and who is in them. Neon has none: all of it is Postern's own.

import { z } from 'zod';
import {
  addTeamMember,
  createTeam,
  deleteTeam,
  removeTeamMember,
  renameTeam,
} from '../../../actions/organizations/change-teams.ts';
import { listTeamMembers, type TeamMember } from '../../../catalogue/teams/team-members.ts';
import { getTeam, listTeams, type Team } from '../../../catalogue/teams/teams.ts';
import type { TeamId, UserId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import {
  countField,
  emailField,
  idField,
  namedIdField,
  nameField,
  timeField,
  uuidField,
} from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { organizationParams } from './organization-endpoints.ts';

const OURS = 'Postern only: ';

const teamShape = z
  .object({ id: uuidField, org_id: namedIdField, name: nameField, created_at: timeField })
  .meta({ id: 'Team', description: 'Postern only.' });
const listedTeamShape = teamShape.extend({ members_count: countField }).meta({ id: 'ListedTeam' });

const teamMemberShape = z
  .object({
    user_id: uuidField,
    email: emailField,
    name: z.string(),
    by_hand: z.boolean(),
    issuers: z.array(z.string()).meta({ description: 'The identity providers whose groups put the person in.' }),
    added_at: timeField,
  })
  .meta({ id: 'TeamMember', description: 'Postern only.' });
const teamWithMembersShape = z
  .object({ team: teamShape, members: z.array(teamMemberShape) })
  .meta({ id: 'TeamWithMembers' });

const teamParams = organizationParams.extend({ team_id: idField<TeamId>() });
const memberParams = teamParams.extend({ user_id: idField<UserId>() });

export const TEAM_ROUTES = tagged('Organizations', [
  apiRoute('get', '/organizations/{org_id}/teams', {
    operationId: 'listOrganizationTeams',
    summary: `${OURS}teams of an organization, by name`,
    params: organizationParams,
    reply: z.object({ teams: z.array(listedTeamShape) }),
    perform: async ({ catalogue, context }, { params }) => ({
      teams: (await listTeams(catalogue, context, params.org_id)).map((team) =>
        onWire(listedTeamShape, { ...team, orgId: team.accountId }),
      ),
    }),
  }),
  apiRoute('post', '/organizations/{org_id}/teams', {
    operationId: 'createOrganizationTeam',
    summary: `${OURS}makes an empty team`,
    status: 201,
    params: organizationParams,
    body: z.object({ name: nameField }),
    reply: teamShape,
    perform: async (call, { params, body }) =>
      teamOnWire(await createTeam(call, call.context, { accountId: params.org_id, name: body.name })),
  }),
  apiRoute('get', '/organizations/{org_id}/teams/{team_id}', {
    operationId: 'getOrganizationTeam',
    summary: `${OURS}a team and who is in it`,
    params: teamParams,
    reply: teamWithMembersShape,
    perform: async ({ catalogue, context }, { params }) => {
      const which = whichTeam(params);
      const [team, members] = [
        await getTeam(catalogue, context, which),
        await listTeamMembers(catalogue, context, which),
      ];
      return { team: teamOnWire(team), members: members.map(memberOnWire) };
    },
  }),
  apiRoute('patch', '/organizations/{org_id}/teams/{team_id}', {
    operationId: 'updateOrganizationTeam',
    summary: `${OURS}renames a team`,
    params: teamParams,
    body: z.object({ name: nameField }),
    reply: teamShape,
    perform: async (call, { params, body }) =>
      teamOnWire(await renameTeam(call, call.context, { ...whichTeam(params), name: body.name })),
  }),
  apiRoute('delete', '/organizations/{org_id}/teams/{team_id}', {
    operationId: 'deleteOrganizationTeam',
    summary: `${OURS}deletes a team and ends what its rules allowed`,
    params: teamParams,
    reply: teamShape,
    perform: async (call, { params }) => teamOnWire(await deleteTeam(call, call.context, whichTeam(params))),
  }),
  apiRoute('post', '/organizations/{org_id}/teams/{team_id}/members', {
    operationId: 'addOrganizationTeamMember',
    summary: `${OURS}puts a member of the organization into a team, by hand`,
    params: teamParams,
    body: z.object({ user_id: idField<UserId>() }),
    reply: teamWithMembersShape,
    perform: async (call, { params, body }) => {
      const which = whichTeam(params);
      await addTeamMember(call, call.context, { ...which, userId: body.user_id });
      const members = await listTeamMembers(call.catalogue, call.context, which);
      return {
        team: teamOnWire(await getTeam(call.catalogue, call.context, which)),
        members: members.map(memberOnWire),
      };
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/teams/{team_id}/members/{user_id}', {
    operationId: 'removeOrganizationTeamMember',
    summary: `${OURS}takes out of a team who was put in by hand, and ends what its rules allowed`,
    params: memberParams,
    reply: z.object({}),
    perform: async (call, { params }) => {
      await removeTeamMember(call, call.context, { ...whichTeam(params), userId: params.user_id });
      return {};
    },
  }),
]);

function whichTeam(params: z.output<typeof teamParams>) {
  return { accountId: params.org_id, teamId: params.team_id };
}

function teamOnWire(team: Team): z.input<typeof teamShape> {
  return onWire(teamShape, { ...team, orgId: team.accountId });
}

function memberOnWire(member: TeamMember): z.input<typeof teamMemberShape> {
  const byHand = member.ways.some(({ kind }) => kind === 'hand');
  const issuers = member.ways.flatMap((way) => (way.kind === 'group' ? [way.issuer] : []));
  return onWire(teamMemberShape, { ...member, byHand, issuers });
}
