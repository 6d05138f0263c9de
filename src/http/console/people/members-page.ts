// The members of an organization, and what all pages about its people share.

import type { Request, Response } from 'express';
import { z } from 'zod';
import type { PeopleTab } from '../../../../web/components/console/people-tabs.tsx';
import type { MenuItem } from '../../../../web/components/console/tables/kebab.tsx';
import { MembersPage } from '../../../../web/pages/console/people/members-page.tsx';
import { changeMemberRole as changeRole, removeMember } from '../../../actions/organizations/change-organization.ts';
import { countPeople } from '../../../catalogue/accounts/count-people.ts';
import { getMember, type ListedMember, listMembers } from '../../../catalogue/accounts/member-lists.ts';
import { projectResource } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, notFound, requireMay } from '../../../catalogue/rights/permissions.ts';
import { idFrom, type MembershipId, type ProjectId, personalAccountId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import {
  type AccountCall,
  type Again,
  type ConsoleParts,
  goTo,
  openAccount,
  param,
  parseForm,
  queryText,
  sendConfirmation,
} from '../shell/console-call.ts';
import {
  offerReset,
  offerRevocation,
  remarkPasswords,
  remarkSecrets,
  resetChoice,
  revocationChoice,
} from '../shell/known-secrets.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';
import { theirConnections } from '../shell/who-is-connected.ts';

const MEMBERS_PER_PAGE = 100;
const SORTS = z.enum(['joined_at', 'email', 'role']).catch('joined_at');

export async function showMembers(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, person, place } = call;
  const search = queryText(call, 'search').trim();
  const sortBy = SORTS.parse(queryText(call, 'sort'));
  const sortOrder = queryText(call, 'order') === 'desc' ? 'desc' : 'asc';
  const { members, cursor } = await listMembers(parts.catalogue, context, {
    accountId: account.id,
    search,
    sortBy,
    sortOrder,
    limit: MEMBERS_PER_PAGE,
    cursor: queryText(call, 'cursor'),
  });
  parts.renderer.send(request, response, MembersPage, {
    ...(await peopleProps(call, 'members', again)),
    search,
    sort: { by: sortBy, order: sortOrder },
    members: members.map((member) => ({
      id: member.id,
      name: cleanForPage(member.name),
      email: cleanForPage(member.email),
      isEmailVerified: member.isEmailVerified,
      memberRole: member.memberRole,
      joinedAt: member.joinedAt,
      isYou: member.userId === person.userId,
      menu: memberMenu(call, member),
    })),
    nextPath:
      cursor === null ? null : `${place}?${new URLSearchParams({ search, sort: sortBy, order: sortOrder, cursor })}`,
  });
}

export async function changeMemberRole(call: PeopleCall): Promise<void> {
  const { parts, context, account, place } = call;
  const { role } = parseForm(call, z.object({ role: z.enum(['admin', 'member']) }));
  const which = { accountId: account.id, membershipId: membershipIn(call), memberRole: role };
  const before = await getMember(parts.catalogue, context, which);
  await changeRole(parts, context, which);
  goTo(call, place, {
    code: 'role_changed',
    title: `${cleanForPage(before.name)} is ${role === 'admin' ? 'an admin' : 'a member'} now`,
    undo: { action: call.request.path, fields: { role: before.memberRole } },
  });
}

export async function askRemoveMember(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, context, account, person, place } = call;
  const which = { accountId: account.id, membershipId: membershipIn(call) };
  const member = await getMember(parts.catalogue, context, which);
  const organization = cleanForPage(account.name);
  const isYou = member.userId === person.userId;
  requireMay(person, isYou ? 'members.leave' : 'members.remove', accountResource(account.id));
  const theirs = { accountId: account.id, userId: member.userId };
  sendConfirmation(call, {
    view: belowTabView(call, ['people', isYou ? 'Leave' : 'Remove member'], again),
    title: isYou ? `Leave ${organization}?` : `Remove ${cleanForPage(member.name)} from ${organization}?`,
    text: isYou
      ? 'You lose access to all of its projects, and your connections to them end now.'
      : 'Their connections to its projects, remembered approvals and personal access tokens for them end now.',
    touches: isYou ? undefined : await theirConnections(call, theirs),
    button: isYou ? 'Leave organization' : 'Remove member',
    cancelPath: place,
    also: isYou ? [] : [...(await offerReset(call, theirs)), ...(await offerRevocation(call, theirs))],
  });
}

export async function removeMemberOrLeave(call: PeopleCall): Promise<void> {
  const { parts, context, account, person, place } = call;
  const which = { accountId: account.id, membershipId: membershipIn(call) };
  const choices = { ...resetChoice(call), ...revocationChoice(call) };
  const { name } = await getMember(parts.catalogue, context, which);
  const { userId, knownPasswords, sharedSecrets } = await removeMember(parts, context, { ...which, ...choices });
  if (userId !== person.userId) {
    remarkPasswords(call, knownPasswords);
    remarkSecrets(call, sharedSecrets);
    const title = `${cleanForPage(name)} is removed; their connections have ended`;
    return goTo(call, place, { code: 'member_removed', title });
  }
  goTo(call, `/app/${personalAccountId(person.userId)}/projects`, 'left');
}

function memberMenu({ place, isAdmin, person }: PeopleCall, member: ListedMember): MenuItem[] {
  const own = `${place}/members/${member.id}`;
  const isYou = member.userId === person.userId;
  const change: MenuItem =
    member.memberRole === 'admin'
      ? { kind: 'post', label: 'Demote to member', action: `${own}/role`, fields: { role: 'member' } }
      : { kind: 'post', label: 'Promote to admin', action: `${own}/role`, fields: { role: 'admin' } };
  const leave: MenuItem = { kind: 'link', label: 'Leave organization', href: `${own}/remove`, tone: 'danger' };
  const remove: MenuItem = { kind: 'link', label: 'Remove from organization', href: `${own}/remove`, tone: 'danger' };
  return [...(isAdmin ? [change] : []), ...(isYou ? [leave] : isAdmin ? [remove] : [])];
}

function membershipIn(call: PeopleCall): MembershipId {
  return idFrom<MembershipId>(param(call, 'membershipId'));
}

export interface PeopleCall extends AccountCall {
  readonly place: string;
  readonly isAdmin: boolean;
  readonly mayShare: boolean;
}

/** Throws `not_found` for a personal account, which has no people. */
export async function openPeople(parts: ConsoleParts, request: Request, response: Response): Promise<PeopleCall> {
  const call = await openAccount(parts, request, response);
  const resource = accountResource(call.account.id);
  if (call.account.kind === 'personal') throw notFound(resource);
  const { person, base, account } = call;
  const anyProject = projectResource(parts.catalogue, { id: idFrom<ProjectId>(''), accountId: account.id });
  return {
    ...call,
    place: `${base}/people`,
    isAdmin: may(person, 'invitations.create', resource),
    mayShare: may(person, 'project.share', anyProject),
  };
}

export async function peopleProps(call: PeopleCall, tab: PeopleTab, again?: Again) {
  const { parts, account, place, isAdmin, mayShare, now } = call;
  const counts = await countPeople(parts.catalogue, account.id);
  return { view: accountView(call, 'people', again), place, tab, counts, isAdmin, mayShare, now };
}
