// The passwords of database roles: revealed, and replaced.

import { z } from 'zod';
import { resetRolePassword, revealRolePassword } from '../../../actions/databases/role-passwords.ts';
import { apiRoute } from '../call/api-route.ts';
import { placeOf } from '../call/field-shapes.ts';
import { operationOnWire } from '../shapes/operation-shape.ts';
import { roleWithPassword } from '../shapes/role-shape.ts';
import { changedRole, roleParams } from './role-endpoints.ts';

export const revealPasswordRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password',
  operationId: 'getProjectBranchRolePassword',
  summary: 'The password of a database role',
  tag: 'Roles',
  params: roleParams,
  status: 200,
  reply: z.object({ password: z.string() }),
  perform: async (call, { params }) => {
    const which = { ...placeOf(params), name: params.role_name };
    return { password: (await revealRolePassword(call, call.context, which)).reveal() };
  },
});

export const resetPasswordRoute = apiRoute({
  method: 'post',
  path: '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password',
  operationId: 'resetProjectBranchRolePassword',
  summary: 'Gives a database role a new random password and ends what rested on the old one',
  tag: 'Roles',
  params: roleParams,
  status: 200,
  reply: changedRole,
  perform: async (call, { params }) => {
    const which = { ...placeOf(params), name: params.role_name };
    const { result, operation } = await resetRolePassword(call, call.context, which);
    return { role: roleWithPassword(result), operations: [operationOnWire(operation)] };
  },
});
