// Database roles of a branch, created and dropped on the host.

import { z } from 'zod';
import { createRole, deleteRole } from '../../../actions/databases/change-roles.ts';
import { listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { getDatabaseRole } from '../../../catalogue/projects/database-roles.ts';
import { PosternError } from '../../../errors.ts';
import { apiRoute } from '../call/api-route.ts';
import { placeOf } from '../call/field-shapes.ts';
import { branchParams } from '../shapes/branch-shape.ts';
import { operationOnWire, operationShape } from '../shapes/operation-shape.ts';
import { listedRoles, roleOnWire, roleShape, roleWithPassword } from '../shapes/role-shape.ts';
import { visibleBranch } from './branch-endpoints.ts';

const roleNameField = z.string().min(1).max(63);
export const roleParams = branchParams.extend({ role_name: roleNameField });
export const changedRole = z.object({ role: roleShape, operations: z.array(operationShape) });

export const listRolesRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/roles',
  operationId: 'listProjectBranchRoles',
  summary: 'Database roles of a branch',
  tag: 'Roles',
  params: branchParams,
  status: 200,
  reply: z.object({ roles: z.array(roleShape) }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    const roles = await listDatabaseRoles(call.catalogue.db, branch.id);
    return { roles: listedRoles(roles).map(roleOnWire) };
  },
});

export const getRoleRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/roles/{role_name}',
  operationId: 'getProjectBranchRole',
  summary: 'A database role',
  tag: 'Roles',
  params: roleParams,
  status: 200,
  reply: z.object({ role: roleShape }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    const role = await getDatabaseRole(call.catalogue, { branchId: branch.id, name: params.role_name });
    return { role: roleOnWire(role) };
  },
});

export const createRoleRoute = apiRoute({
  method: 'post',
  path: '/projects/{project_id}/branches/{branch_id}/roles',
  operationId: 'createProjectBranchRole',
  summary: 'Makes a database role; its password is in the answer',
  tag: 'Roles',
  params: branchParams,
  body: z.object({ role: z.object({ name: roleNameField, no_login: z.boolean().optional() }) }),
  status: 201,
  reply: changedRole,
  perform: async (call, { params, body }) => {
    if (body.role.no_login === true) {
      throw new PosternError('role_without_login');
    }
    const input = { ...placeOf(params), name: body.role.name };
    const { result, operation } = await createRole(call, call.context, input);
    return { role: roleWithPassword(result), operations: [operationOnWire(operation)] };
  },
});

export const deleteRoleRoute = apiRoute({
  method: 'delete',
  path: '/projects/{project_id}/branches/{branch_id}/roles/{role_name}',
  operationId: 'deleteProjectBranchRole',
  summary: "Drops a database role; what it owns becomes the project's own role's",
  tag: 'Roles',
  params: roleParams,
  status: 200,
  reply: changedRole,
  perform: async (call, { params }) => {
    const which = { ...placeOf(params), name: params.role_name };
    const { result, operation } = await deleteRole(call, call.context, which);
    return { role: roleOnWire(result), operations: [operationOnWire(operation)] };
  },
});
