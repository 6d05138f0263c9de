// Users over SCIM (RFC 7644, 3.3 to 3.6).

import { changeScimUser, createScimUser, deleteScimUser } from '../../actions/organizations/provision.ts';
import { scimCondition } from '../../catalogue/scim/scim-filter.ts';
import type { ScimUser } from '../../catalogue/scim/scim-user.ts';
import { getScimUser, groupsOfUsers, listScimUsers } from '../../catalogue/scim/scim-users.ts';
import { idFrom, type ScimUserId } from '../../ids.ts';
import { patchOperations } from './patch-operations.ts';
import {
  expectedVersion,
  filterIn,
  pageOf,
  type ScimCall,
  type ScimHandler,
  sendList,
  sendResource,
} from './scim-call.ts';
import { patchedUser, userIn, userResource } from './user-resource.ts';

export const listUsers: ScimHandler = async (call) => {
  const { catalogue, context, accountId } = call;
  const page = pageOf(call);
  const text = filterIn(call);
  const filter = text === null ? null : scimCondition('User', text);
  const { users, total } = await listScimUsers(catalogue, context, { accountId, filter, ...page });
  const groups = await groupsOfUsers(
    catalogue,
    users.map(({ id }) => id),
  );
  const resources = users.map((user) => userResource(call, user, groups.get(user.id) ?? []));
  sendList(call, { resources, total, offset: page.offset });
};

export const createUser: ScimHandler = async (call) => {
  const { accountId } = call;
  const user = await createScimUser(call, call.context, { accountId, input: userIn(call.body) });
  await sendUser(call, user, 201);
};

export const showUser: ScimHandler = async (call) =>
  sendUser(call, await getScimUser(call.catalogue, call.context, which(call)));

export const replaceUser: ScimHandler = async (call) => {
  const input = userIn(call.body);
  const wanted = { ...which(call), version: expectedVersion(call), change: () => input };
  await sendUser(call, await changeScimUser(call, call.context, wanted));
};

export const patchUser: ScimHandler = async (call) => {
  const operations = patchOperations(call.body);
  const change = (user: ScimUser) => patchedUser(user, operations);
  await sendUser(
    call,
    await changeScimUser(call, call.context, { ...which(call), version: expectedVersion(call), change }),
  );
};

export const deleteUser: ScimHandler = async (call) => {
  await deleteScimUser(call, call.context, { ...which(call), version: expectedVersion(call) });
  call.response.status(204).end();
};

async function sendUser(call: ScimCall, user: ScimUser, status: 200 | 201 = 200): Promise<void> {
  const groups = await groupsOfUsers(call.catalogue, [user.id]);
  sendResource(call, userResource(call, user, groups.get(user.id) ?? []), status);
}

function which({ accountId, request }: ScimCall) {
  return { accountId, id: idFrom<ScimUserId>(String(request.params.id)) };
}
