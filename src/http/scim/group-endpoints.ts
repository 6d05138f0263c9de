// Groups over SCIM (RFC 7644, 3.3 to 3.6). Each fills a team.

import { changeScimGroup, createScimGroup, deleteScimGroup } from '../../actions/organizations/provision.ts';
import { scimCondition } from '../../catalogue/scim/scim-filter.ts';
import { countGroupsWithin, membersOfGroups } from '../../catalogue/scim/scim-group-members.ts';
import { getScimGroup, listScimGroups, type ScimGroup } from '../../catalogue/scim/scim-groups.ts';
import { idFrom, type ScimGroupId, type ScimUserId } from '../../ids.ts';
import { groupIn, groupResource, patchedGroup } from './group-resource.ts';
import { patchOperations } from './patch-operations.ts';
import {
  expectedVersion,
  filterIn,
  isAsked,
  pageOf,
  type ScimCall,
  type ScimHandler,
  sendList,
  sendResource,
} from './scim-call.ts';

/** As many as one group may have. */
const MOST_MEMBERS_AT_ONCE = 20_000;

export const listGroups: ScimHandler = async (call) => {
  const { catalogue, context, accountId } = call;
  const page = pageOf(call);
  const text = filterIn(call);
  const filter = text === null ? null : scimCondition('Group', text);
  const { groups: found, total } = await listScimGroups(catalogue, context, { accountId, filter, ...page });
  const groups = await pageOfGroups(call, found);
  const members = await membersOf(call, groups);
  const resources = groups.map((group) => groupResource(call, group, members.get(group.id) ?? []));
  sendList(call, { resources, total, offset: page.offset });
};

export const createGroup: ScimHandler = async (call) => {
  const { accountId } = call;
  await sendGroup(call, await createScimGroup(call, call.context, { accountId, input: groupIn(call.body) }), 201);
};

export const showGroup: ScimHandler = async (call) =>
  sendGroup(call, await getScimGroup(call.catalogue, call.context, which(call)));

export const replaceGroup: ScimHandler = async (call) => {
  const input = groupIn(call.body);
  const wanted = { ...which(call), version: expectedVersion(call), change: () => input };
  await sendGroup(call, await changeScimGroup(call, call.context, wanted));
};

export const patchGroup: ScimHandler = async (call) => {
  const operations = patchOperations(call.body);
  const change = (group: ScimGroup, members: ReadonlySet<ScimUserId>) => patchedGroup(group, members, operations);
  const wanted = { ...which(call), version: expectedVersion(call), change };
  await sendGroup(call, await changeScimGroup(call, call.context, wanted));
};

export const deleteGroup: ScimHandler = async (call) => {
  await deleteScimGroup(call, call.context, { ...which(call), version: expectedVersion(call) });
  call.response.status(204).end();
};

async function sendGroup(call: ScimCall, group: ScimGroup, status: 200 | 201 = 200): Promise<void> {
  const members = await membersOf(call, [group]);
  sendResource(call, groupResource(call, group, members.get(group.id) ?? []), status);
}

/** Fewer than asked for where they are large (RFC 7644, 3.4.2.4): all are in memory at once. */
async function pageOfGroups(call: ScimCall, groups: readonly ScimGroup[]): Promise<readonly ScimGroup[]> {
  if (groups.length === 0 || !isAsked(call, 'members')) return groups;
  const ids = groups.map(({ id }) => id);
  return groups.slice(0, await countGroupsWithin(call.catalogue, ids, MOST_MEMBERS_AT_ONCE));
}

/** Not read where nobody asks: Entra ID looks for a group without its thousands of members. */
async function membersOf(call: ScimCall, groups: readonly ScimGroup[]) {
  return await membersOfGroups(call.catalogue, isAsked(call, 'members') ? groups.map(({ id }) => id) : []);
}

function which({ accountId, request }: ScimCall) {
  return { accountId, id: idFrom<ScimGroupId>(String(request.params.id)) };
}
