// Databases of a hosted project, made and dropped for real and as rows in one go.

import type { AuditContext } from '../catalogue/audit-context.ts';
import { getDatabaseRole } from '../catalogue/database-roles.ts';
import {
  changeDatabase,
  createDatabase,
  type Database,
  deleteDatabase,
  getDatabase,
  listDatabases,
  requireIdentifier,
} from '../catalogue/databases.ts';
import { PosternError } from '../errors.ts';
import { type NamedPlace, openHostedProject, projectRoles, refuseTakenName } from './hosted-project.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

/** Throws `conflict`, `not_offered` on an attached compute, `invalid_input`, `forbidden`, `not_found` (also of the owner). */
export async function createHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace & { readonly ownerName: string },
): Promise<Database> {
  const { catalogue } = parts;
  const { host, branch } = await openHostedProject(parts, context, { ...input, action: 'database.create' });
  const name = requireIdentifier(input.name, 'database name');
  const owner = await getDatabaseRole(catalogue, { branchId: branch.id, name: input.ownerName });
  const roles = await projectRoles(parts, branch.id);
  await refuseTakenName(`database "${name}"`, () => host.createDatabase(name, { owner: owner.name, roles }));
  return await createDatabase(catalogue, context, input).catch(async (error: unknown) => {
    await host.dropDatabase(name);
    throw error;
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
  const { host, branch } = await openHostedProject(parts, context, { ...change, action: 'database.change' });
  const database = await getDatabase(catalogue.db, { branchId: branch.id, name: change.name });
  const { newName = database.name, ownerName = database.ownerName } = change;
  requireIdentifier(newName, 'database name');
  if (ownerName !== database.ownerName) {
    await getDatabaseRole(catalogue, { branchId: branch.id, name: ownerName });
    await host.setOwner(database.name, ownerName);
    // The privileges of the old owner went to the new one.
    await host.shareDatabase(database.name, await projectRoles(parts, branch.id));
  }
  if (newName !== database.name) {
    await refuseTakenName(`database "${newName}"`, () => host.renameDatabase(database.name, newName));
  }
  return await changeDatabase(catalogue, context, change);
}

/** Ends its connections and drops it. Throws `conflict` for the project's last one, else as `createHostedDatabase`. */
export async function deleteHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<Database> {
  const { catalogue } = parts;
  const { host, branch } = await openHostedProject(parts, context, { ...place, action: 'database.delete' });
  const database = await getDatabase(catalogue.db, { branchId: branch.id, name: place.name });
  const all = await listDatabases(catalogue.db, branch.id);
  if (all.length === 1) {
    throw new PosternError('conflict', { params: { problem: 'the last database of a project cannot be deleted' } });
  }
  await host.dropDatabase(database.name);
  return await deleteDatabase(catalogue, context, place);
}
