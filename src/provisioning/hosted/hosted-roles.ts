// Database roles of a hosted project, made and dropped for real and as rows in one go.

import type { DatabaseRole } from '../../catalogue/projects/database-role-rows.ts';
import {
  createDatabaseRole,
  deleteDatabaseRole,
  getDatabaseRole,
  replaceDatabaseRolePassword,
} from '../../catalogue/projects/database-roles.ts';
import { listDatabases, requireNewIdentifier } from '../../catalogue/projects/databases.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { BranchId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { HostServer } from '../hosts/host-server.ts';
import { newDatabasePassword, type ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { dropRole } from './drop-role.ts';
import { changeHosted, type NamedPlace, projectRoles, refuseTakenName } from './hosted-project.ts';

export interface RoleWithPassword {
  readonly role: DatabaseRole;
  readonly password: Secret;
}

/**
 * A login role for every database of the project: it may use what the project's other roles have made, and they what it
 * makes. Throws `conflict`, `not_offered` on an attached compute, `invalid_input`, `forbidden`, `not_found`.
 */
export async function createHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace,
): Promise<RoleWithPassword> {
  const { catalogue } = parts;
  const name = requireNewIdentifier(input.name, 'role name');
  return await changeHosted(parts, context, {
    place: input,
    action: 'database_role.create',
    work: async ({ host, branch }) => {
      const roles = await projectRoles(parts, branch.id);
      const password = newDatabasePassword();
      await refuseTakenName(`role "${name}"`, () =>
        host.createRole({ name, password, memberOf: roles.own, access: 'read_write' }),
      );
      try {
        for (const database of await listDatabases(catalogue.db, branch.id)) {
          await host.shareDatabase(database.name, { ...roles, writers: [...roles.writers, name] });
        }
        return { role: await createDatabaseRole(catalogue, context, { ...input, password }), password };
      } catch (error) {
        await dropHere(parts, { host, branchId: branch.id, name, heir: roles.own });
        throw error;
      }
    },
  });
}

/**
 * Gives what the role has made to the project's own role, then drops it.
 * Throws `conflict` for a protected role and for one that owns a database, else as `createHostedRole`.
 */
export async function deleteHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<DatabaseRole> {
  const { catalogue } = parts;
  return await changeHosted(parts, context, {
    place,
    action: 'database_role.delete',
    work: async ({ host, branch }) => {
      const { name, isProtected } = await getDatabaseRole(catalogue, { branchId: branch.id, name: place.name });
      if (isProtected) throw new PosternError('role_protected', { params: { role: name } });
      const owned = (await listDatabases(catalogue.db, branch.id)).find((database) => database.ownerName === name);
      if (owned !== undefined) {
        throw new PosternError('role_owns_database', { params: { role: name, database: owned.name } });
      }
      const { own: heir } = await projectRoles(parts, branch.id);
      await dropHere(parts, { host, branchId: branch.id, name, heir });
      return await deleteDatabaseRole(catalogue, context, place);
    },
  });
}

/** Sets a new random password on the upstream and keeps it. Throws as `createHostedRole`. */
export async function resetHostedRolePassword(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<RoleWithPassword> {
  return await changeHosted(parts, context, {
    place,
    action: 'database_role.reset_password',
    work: async ({ host, branch }) => {
      const { name } = await getDatabaseRole(parts.catalogue, { branchId: branch.id, name: place.name });
      const password = newDatabasePassword();
      await host.setPassword(name, password);
      return { role: await replaceDatabaseRolePassword(parts.catalogue, context, { ...place, password }), password };
    },
  });
}

async function dropHere(
  parts: ProvisioningParts,
  { host, branchId, name, heir }: { host: HostServer; branchId: BranchId; name: string; heir: string },
): Promise<void> {
  const databases = await listDatabases(parts.catalogue.db, branchId);
  await dropRole(parts, host, { name, heritage: { databases: databases.map((database) => database.name), heir } });
}
