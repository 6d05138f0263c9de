// Users over SCIM (RFC 7644, 3.3 to 3.6).

import { changeScimUser, createScimUser, deleteScimUser } from '../../actions/organizations/provision.ts';
import type { ScimUser } from '../../catalogue/scim/scim-user.ts';
import { getScimUser, groupsOfUsers, listScimUsers } from '../../catalogue/scim/scim-users.ts';
import { idFrom, type ScimUserId } from '../../ids.ts';
import { resourceHandlers } from './resource-handlers.ts';
import { patchedUser, userIn, userResource } from './user-resource.ts';

export const USERS = resourceHandlers<ScimUser>({
  type: 'User',
  list: async ({ catalogue, context }, page) => {
    const { users: things, total } = await listScimUsers(catalogue, context, page);
    return { things, total };
  },
  get: ({ catalogue, context }, which) => getScimUser(catalogue, context, withId(which)),
  create: (call) => createScimUser(call, call.context, { accountId: call.accountId, input: userIn(call.body) }),
  replace: async (call, which) => {
    const input = userIn(call.body);
    return await changeScimUser(call, call.context, { ...withId(which), change: () => input });
  },
  patch: (call, which, operations) =>
    changeScimUser(call, call.context, { ...withId(which), change: (user) => patchedUser(user, operations) }),
  remove: (call, which) => deleteScimUser(call, call.context, withId(which)),
  represent: async (call, users) => {
    const ids = users.map(({ id }) => id);
    const groups = await groupsOfUsers(call.catalogue, ids);
    return users.map((user) => userResource(call, user, groups.get(user.id) ?? []));
  },
  patched: 'resource',
});

function withId<Which extends { readonly id: string }>(which: Which) {
  return { ...which, id: idFrom<ScimUserId>(which.id) };
}
