// Databases of a hosted project, made and dropped for real and as rows in one go.

import { getDatabaseRole } from '../../catalogue/projects/database-roles.ts';
import {
  changeDatabase,
  createDatabase,
  type Database,
  deleteDatabase,
  getDatabase,
  listDatabases,
  requireNewIdentifier,
} from '../../catalogue/projects/databases.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { changeHosted, type NamedPlace, projectRoles, refuseTakenName } from './hosted-project.ts';

/** Throws `conflict`, `not_offered` on an attached compute, `invalid_input`, `forbidden`, `not_found` (also of the owner). */
export async function createHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace & { readonly ownerName: string },
): Promise<Database> {
  const { catalogue } = parts;
  const name = requireNewIdentifier(input.name, 'database name');
  return await changeHosted(parts, context, {
    place: input,
    action: 'database.create',
    work: async ({ host, branch }) => {
      const owner = await getDatabaseRole(catalogue, { branchId: branch.id, name: input.ownerName });
      const roles = await projectRoles(parts, branch.id);
      await refuseTakenName(`database "${name}"`, () => host.createDatabase(name, { owner: owner.name, roles }));
      return await createDatabase(catalogue, context, input).catch(async (error: unknown) => {
        await host.dropDatabase(name);
        throw error;
      });
    },
  });
}

/**
 * Renames, or gives it to another role. Ends the database's connections when it is renamed.
 * Throws as `createHostedDatabase`.
 */
export async function changeHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  change: NamedPlace & { readonly newName?: string; readonly ownerName?: string },
): Promise<Database> {
  const { catalogue } = parts;
  const wantedName = change.newName === undefined ? change.name : requireNewIdentifier(change.newName, 'database name');
  return await changeHosted(parts, context, {
    place: change,
    action: 'database.change',
    work: async ({ host, branch }) => {
      const { name, ownerName } = await getDatabase(catalogue.db, { branchId: branch.id, name: change.name });
      if (change.ownerName !== undefined && change.ownerName !== ownerName) {
        const owner = await getDatabaseRole(catalogue, { branchId: branch.id, name: change.ownerName });
        await host.setOwner(name, owner.name);
        // The privileges of the old owner went to the new one.
        await host.shareDatabase(name, await projectRoles(parts, branch.id));
      }
      if (wantedName !== name) {
        await refuseTakenName(`database "${wantedName}"`, () => host.renameDatabase(name, wantedName));
      }
      return await changeDatabase(catalogue, context, change);
    },
  });
}

/** Ends its connections and drops it. Throws `conflict` for the project's last one, else as `createHostedDatabase`. */
export async function deleteHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<Database> {
  const { catalogue } = parts;
  return await changeHosted(parts, context, {
    place,
    action: 'database.delete',
    work: async ({ host, branch }) => {
      const database = await getDatabase(catalogue.db, { branchId: branch.id, name: place.name });
      if ((await listDatabases(catalogue.db, branch.id)).length === 1) {
        throw new PosternError('last_database');
      }
      await host.dropDatabase(database.name);
      return await deleteDatabase(catalogue, context, place);
    },
  });
}
