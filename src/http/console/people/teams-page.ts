// The teams of an organization, and the people of one.

import { z } from 'zod';
import { TeamPage } from '../../../../web/pages/console/people/team-page.tsx';
import { TeamsPage } from '../../../../web/pages/console/people/teams-page.tsx';
import * as actions from '../../../actions/organizations/change-teams.ts';
import { listMembers } from '../../../catalogue/accounts/member-lists.ts';
import { accountResource, may, requireMay } from '../../../catalogue/rights/permissions.ts';
import { listTeamMembers } from '../../../catalogue/teams/team-members.ts';
import { getTeam, listTeams } from '../../../catalogue/teams/teams.ts';
import { idFrom, type TeamId, type UserId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { listingOf } from '../shell/listing.ts';
import { belowTabView } from '../shell/open-console-view.ts';
import { getMemberByEmail, MOST_SUGGESTED } from './find-member.ts';
import { type PeopleCall, peopleProps } from './members-page.ts';

const nameSchema = z.object({ name: z.string().max(256) });
const emailSchema = z.object({ email: z.string().max(256) });

export async function showTeams(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, place } = call;
  const teams = await listTeams(parts.catalogue, context, account.id);
  const rows = teams.map(({ id, name, membersCount, createdAt }) => ({
    id,
    name: cleanForPage(name),
    path: `${place}/teams/${id}`,
    membersCount,
    createdAt,
  }));
  parts.renderer.send(request, response, TeamsPage, {
    ...(await peopleProps(call, 'teams', again)),
    mayChange: mayChangeTeams(call),
    typed: again?.typed ?? {},
    listing: listingOf(call, rows, {
      path: `${place}/teams`,
      text: ({ name }) => name,
      sorts: { name: ({ name }) => name, people: ({ membersCount }) => membersCount },
    }),
  });
}

export async function createTeam(call: PeopleCall): Promise<void> {
  const { parts, context, account, place } = call;
  const { name } = parseForm(call, nameSchema);
  const team = await actions.createTeam(parts, context, { accountId: account.id, name });
  goTo(call, `${place}/teams/${team.id}`, 'team_created');
}

export async function showTeam(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, now } = call;
  const team = await getTeam(parts.catalogue, context, whichTeam(call));
  const members = await listTeamMembers(parts.catalogue, context, whichTeam(call));
  const isIn = new Set<string>(members.filter(({ ways }) => ways[0]?.kind === 'hand').map(({ userId }) => userId));
  const wanted = { accountId: account.id, sortBy: 'email', sortOrder: 'asc', limit: MOST_SUGGESTED } as const;
  const everybody = mayChangeTeams(call) ? (await listMembers(parts.catalogue, context, wanted)).members : [];
  parts.renderer.send(request, response, TeamPage, {
    view: belowTabView(call, ['people', 'Team'], again),
    path: pathOf(call),
    name: cleanForPage(team.name),
    members: members.map(({ userId, name, email, isEmailVerified, ways, addedAt }) => ({
      userId,
      name: cleanForPage(name),
      email: cleanForPage(email),
      isEmailVerified,
      isByHand: ways.some(({ kind }) => kind === 'hand'),
      issuers: ways.flatMap((way) => (way.kind === 'group' ? [cleanForPage(way.issuer)] : [])),
      addedAt,
    })),
    others: everybody.filter(({ userId }) => !isIn.has(userId)).map(({ email }) => cleanForPage(email)),
    mayChange: mayChangeTeams(call),
    typed: again?.typed ?? {},
    now,
  });
}

export async function renameTeam(call: PeopleCall): Promise<void> {
  const { name } = parseForm(call, nameSchema);
  await actions.renameTeam(call.parts, call.context, { ...whichTeam(call), name });
  goTo(call, pathOf(call), 'team_renamed');
}

export async function addTeamMember(call: PeopleCall): Promise<void> {
  const { parts, context } = call;
  const { email } = parseForm(call, emailSchema);
  const { userId } = await getMemberByEmail(call, email);
  await actions.addTeamMember(parts, context, { ...whichTeam(call), userId });
  goTo(call, pathOf(call), 'team_member_added');
}

export async function removeTeamMember(call: PeopleCall): Promise<void> {
  const userId = idFrom<UserId>(param(call, 'userId'));
  await actions.removeTeamMember(call.parts, call.context, { ...whichTeam(call), userId });
  goTo(call, pathOf(call), 'team_member_removed');
}

export async function askDeleteTeam(call: PeopleCall, again?: Again): Promise<void> {
  requireMay(call.person, 'teams.change', accountResource(call.account.id));
  const team = await getTeam(call.parts.catalogue, call.context, whichTeam(call));
  sendConfirmation(call, {
    view: belowTabView(call, ['people', 'Delete team'], again),
    title: `Delete team ${cleanForPage(team.name)}?`,
    text: 'Access rules that name it go with it, and what they allowed ends now. The people stay members.',
    button: 'Delete team',
    cancelPath: pathOf(call),
  });
}

export async function deleteTeam(call: PeopleCall): Promise<void> {
  await actions.deleteTeam(call.parts, call.context, whichTeam(call));
  goTo(call, `${call.place}/teams`, 'team_deleted');
}

function mayChangeTeams({ person, account }: PeopleCall): boolean {
  return may(person, 'teams.change', accountResource(account.id));
}

function whichTeam(call: PeopleCall) {
  return { accountId: call.account.id, teamId: idFrom<TeamId>(param(call, 'teamId')) };
}

function pathOf(call: PeopleCall): string {
  return `${call.place}/teams/${encodeURIComponent(param(call, 'teamId'))}`;
}
