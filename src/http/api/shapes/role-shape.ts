// A database role of a branch on the wire.

import { z } from 'zod';
import type { DatabaseRole } from '../../../catalogue/projects/database-role-rows.ts';
import type { Secret } from '../../../secret.ts';
import { namedIdField, timeField } from '../call/field-shapes.ts';

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

export function roleOnWire(role: DatabaseRole): z.input<typeof roleShape> {
  return {
    branch_id: role.branchId,
    name: role.name,
    protected: role.isProtected,
    authentication_method: role.mayLogin ? 'password' : 'no_login',
    created_at: role.createdAt.toISOString(),
    updated_at: role.updatedAt.toISOString(),
  };
}

/** For the answer to making a role or its password, and nowhere else. */
export function roleWithPassword(made: { readonly role: DatabaseRole; readonly password: Secret }) {
  return { ...roleOnWire(made.role), password: made.password.reveal() };
}

/**
 * The roles that lists show. The twin that cannot write is Postern's own means of read-only access:
 * with it beside the project's role, neonctl would not know which one a connection string is for.
 * By its name it is found nevertheless.
 */
export function listedRoles(roles: readonly DatabaseRole[]): DatabaseRole[] {
  return roles.filter((role) => !(role.isReadOnly && role.isProtected));
}
