// Database roles of a branch, created and dropped on the host, and their passwords.

import { z } from 'zod';
import {
  createRole,
  deleteRole,
  resetRolePassword,
  revealRolePassword,
} from '../../../actions/databases/change-databases-and-roles.ts';
import { type DatabaseRole, listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { getDatabaseRole } from '../../../catalogue/projects/database-roles.ts';
import { PosternError } from '../../../errors.ts';
import type { Secret } from '../../../secret.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { namedIdField, placeOf, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { branchParams, visibleBranch } from './branch-endpoints.ts';
import { operationOnWire, operationShape } from './operation-endpoints.ts';

// Neon API 2.7.3: Role
export const roleShape = z
  .object({
    branch_id: namedIdField,
    name: z.string(),
    password: z.string().optional().meta({ description: 'Only when it was just made.' }),
    protected: z.boolean(),
    authentication_method: z.enum(['password', 'no_login']),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Role' });

/** The password only in the answer to making a role or its password. */
export function roleOnWire(role: DatabaseRole, password?: Secret): z.input<typeof roleShape> {
  return onWire(roleShape, {
    ...role,
    password: password?.reveal(),
    // Neon API 2.7.3: Role, a system role. Clients pick the first that is none, such as the owner.
    protected: role.isProtected && role.isReadOnly,
    authenticationMethod: role.mayLogin ? 'password' : 'no_login',
  });
}

/**
 * Postern's twin that cannot write is left out, since neonctl would not know which of the two a
 * connection string is for. By its name it is found nevertheless.
 */
export function listedRoles(roles: readonly DatabaseRole[]): DatabaseRole[] {
  return roles.filter((role) => !(role.isReadOnly && role.isProtected));
}

const roleNameField = z.string().min(1).max(63);
const roleParams = branchParams.extend({ role_name: roleNameField });
const changedRole = z.object({ role: roleShape, operations: z.array(operationShape) });

export const ROLE_ROUTES = tagged('Roles', [
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/roles', {
    operationId: 'listProjectBranchRoles',
    summary: 'Database roles of a branch',
    params: branchParams,
    reply: z.object({ roles: z.array(roleShape) }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      const roles = await listDatabaseRoles(call.catalogue.db, branch.id);
      return { roles: listedRoles(roles).map((role) => roleOnWire(role)) };
    },
  }),
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/roles/{role_name}', {
    operationId: 'getProjectBranchRole',
    summary: 'A database role',
    params: roleParams,
    reply: z.object({ role: roleShape }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      const role = await getDatabaseRole(call.catalogue, { branchId: branch.id, name: params.role_name });
      return { role: roleOnWire(role) };
    },
  }),
  apiRoute('post', '/projects/{project_id}/branches/{branch_id}/roles', {
    operationId: 'createProjectBranchRole',
    summary: 'Makes a database role; its password is in the answer',
    params: branchParams,
    body: z.object({ role: z.object({ name: roleNameField, no_login: z.boolean().optional() }) }),
    status: 201,
    reply: changedRole,
    perform: async (call, { params, body }) => {
      if (body.role.no_login === true) {
        throw new PosternError('role_without_login');
      }
      const input = { ...placeOf(params), name: body.role.name };
      const { role, password, operation } = await createRole(call, call.context, input);
      return { role: roleOnWire(role, password), operations: [operationOnWire(operation)] };
    },
  }),
  apiRoute('delete', '/projects/{project_id}/branches/{branch_id}/roles/{role_name}', {
    operationId: 'deleteProjectBranchRole',
    summary: "Drops a database role; what it owns becomes the project's own role's",
    params: roleParams,
    reply: changedRole,
    perform: async (call, { params }) => {
      const which = { ...placeOf(params), name: params.role_name };
      const role = await deleteRole(call, call.context, which);
      return { role: roleOnWire(role), operations: [operationOnWire(role.operation)] };
    },
  }),
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password', {
    operationId: 'getProjectBranchRolePassword',
    summary: 'The password of a database role',
    params: roleParams,
    reply: z.object({ password: z.string() }),
    perform: async (call, { params }) => {
      const which = { ...placeOf(params), name: params.role_name };
      return { password: (await revealRolePassword(call, call.context, which)).reveal() };
    },
  }),
  apiRoute('post', '/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password', {
    operationId: 'resetProjectBranchRolePassword',
    summary: 'Gives a database role a new random password and ends what rested on the old one',
    params: roleParams,
    reply: changedRole,
    perform: async (call, { params }) => {
      const which = { ...placeOf(params), name: params.role_name };
      const { role, password, operation } = await resetRolePassword(call, call.context, which);
      return { role: roleOnWire(role, password), operations: [operationOnWire(operation)] };
    },
  }),
]);
