// Groups over SCIM (RFC 7644, 3.3 to 3.6). Each fills a team.

import { changeScimGroup, createScimGroup, deleteScimGroup } from '../../actions/organizations/provision.ts';
import { countGroupsWithin, membersOfGroups } from '../../catalogue/scim/scim-group-members.ts';
import { getScimGroup, listScimGroups, type ScimGroup } from '../../catalogue/scim/scim-groups.ts';
import { idFrom, type ScimGroupId } from '../../ids.ts';
import { groupIn, groupResource, patchedGroup } from './group-resource.ts';
import { resourceHandlers } from './resource-handlers.ts';
import { isAsked, type ScimCall } from './scim-call.ts';

/** As many as one group may have. */
const MOST_MEMBERS_AT_ONCE = 20_000;

export const GROUPS = resourceHandlers<ScimGroup>({
  type: 'Group',
  list: async (call, page) => {
    const { groups, total } = await listScimGroups(call.catalogue, call.context, page);
    return { things: await pageOfGroups(call, groups), total };
  },
  get: ({ catalogue, context }, which) => getScimGroup(catalogue, context, withId(which)),
  create: (call) => createScimGroup(call, call.context, { accountId: call.accountId, input: groupIn(call.body) }),
  replace: async (call, which) => {
    const input = groupIn(call.body);
    return await changeScimGroup(call, call.context, { ...withId(which), change: () => input });
  },
  patch: (call, which, operations) =>
    changeScimGroup(call, call.context, {
      ...withId(which),
      change: (group, members) => patchedGroup(group, members, operations),
    }),
  remove: (call, which) => deleteScimGroup(call, call.context, withId(which)),
  represent: async (call, groups) => {
    // Not read where nobody asks: Entra ID looks for a group without its thousands of members.
    const ids = isAsked(call, 'members') ? groups.map(({ id }) => id) : [];
    const members = await membersOfGroups(call.catalogue, ids);
    return groups.map((group) => groupResource(call, group, members.get(group.id) ?? []));
  },
  // As Entra ID documents it; Okta takes either.
  patched: 'nothing',
});

/** Fewer than asked for where they are large (RFC 7644, 3.4.2.4): all are in memory at once. */
async function pageOfGroups(call: ScimCall, groups: readonly ScimGroup[]): Promise<readonly ScimGroup[]> {
  if (groups.length === 0 || !isAsked(call, 'members')) return groups;
  const ids = groups.map(({ id }) => id);
  return groups.slice(0, await countGroupsWithin(call.catalogue, ids, MOST_MEMBERS_AT_ONCE));
}

function withId<Which extends { readonly id: string }>(which: Which) {
  return { ...which, id: idFrom<ScimGroupId>(which.id) };
}
