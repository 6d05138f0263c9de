// Databases and roles of a project, made and dropped for real on the host and as rows in one go. On attached computes
// Postern has no right to create anything, and says so.

import type { AuditContext } from '../catalogue/audit-context.ts';
import type { Branch } from '../catalogue/branches.ts';
import { getBranch } from '../catalogue/branches.ts';
import { listComputes } from '../catalogue/computes.ts';
import type { DatabaseRole } from '../catalogue/database-role-rows.ts';
import { listDatabaseRoles } from '../catalogue/database-role-rows.ts';
import {
  createDatabaseRole,
  deleteDatabaseRole,
  getDatabaseRole,
  replaceDatabaseRolePassword,
} from '../catalogue/database-roles.ts';
import {
  changeDatabase,
  createDatabase,
  type Database,
  deleteDatabase,
  getDatabase,
  listDatabases,
  requireIdentifier,
} from '../catalogue/databases.ts';
import type { ActionOn } from '../catalogue/permissions.ts';
import { getProject } from '../catalogue/projects.ts';
import { PosternError } from '../errors.ts';
import type { BranchId, ProjectId } from '../ids.ts';
import type { Secret } from '../secret.ts';
import { wakeCompute } from './compute-power.ts';
import { HostNameTaken, type HostServer } from './host-server.ts';
import { newDatabasePassword, type ProvisioningParts } from './provisioning-parts.ts';

export interface BranchPlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
}

export interface NamedPlace extends BranchPlace {
  readonly name: string;
}

export interface RoleWithPassword {
  readonly role: DatabaseRole;
  readonly password: Secret;
}

/** Throws `conflict`, `not_offered` on an attached compute, `invalid_input`, `forbidden`, `not_found` (also of the owner). */
export async function createHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace & { readonly ownerName: string },
): Promise<Database> {
  const { catalogue } = parts;
  const { host, branch } = await hostOf(parts, context, { ...input, action: 'database.create' });
  const name = requireIdentifier(input.name, 'database name');
  await getDatabaseRole(catalogue, { branchId: branch.id, name: input.ownerName });
  const roles = await listDatabaseRoles(catalogue.db, branch.id);
  const others = roles.map((role) => role.name).filter((role) => role !== input.ownerName);
  await nameConflicts(`database "${name}"`, () => host.createDatabase(name, { owner: input.ownerName, roles: others }));
  return await createDatabase(catalogue, context, input).catch(async (error: unknown) => {
    await host.dropDatabase(name);
    throw error;
  });
}

/** Renames, or gives it to another role. Ends the database's connections when it is renamed. */
export async function changeHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  change: NamedPlace & { readonly newName?: string; readonly ownerName?: string },
): Promise<Database> {
  const { catalogue } = parts;
  const { host, branch } = await hostOf(parts, context, { ...change, action: 'database.change' });
  const database = await getDatabase(catalogue.db, { branchId: branch.id, name: change.name });
  if (change.ownerName !== undefined && change.ownerName !== database.ownerName) {
    await getDatabaseRole(catalogue, { branchId: branch.id, name: change.ownerName });
    await host.setOwner(database.name, change.ownerName);
  }
  const { newName = database.name } = change;
  if (newName !== database.name) {
    requireIdentifier(newName, 'database name');
    await nameConflicts(`database "${newName}"`, () => host.renameDatabase(database.name, newName));
  }
  return await changeDatabase(catalogue, context, change);
}

/** Ends its connections and drops it. Throws `conflict` for the project's last one. */
export async function deleteHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<Database> {
  const { catalogue } = parts;
  const { host, branch } = await hostOf(parts, context, { ...place, action: 'database.delete' });
  const database = await getDatabase(catalogue.db, { branchId: branch.id, name: place.name });
  const all = await listDatabases(catalogue.db, branch.id);
  if (all.length === 1) {
    throw new PosternError('conflict', { params: { problem: 'the last database of a project cannot be deleted' } });
  }
  await host.dropDatabase(database.name);
  return await deleteDatabase(catalogue, context, place);
}

/** A login role that may enter and create in every database of the project. */
export async function createHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace,
): Promise<RoleWithPassword> {
  const { catalogue } = parts;
  const { host, branch } = await hostOf(parts, context, { ...input, action: 'database_role.create' });
  const name = requireIdentifier(input.name, 'role name');
  const password = newDatabasePassword();
  await nameConflicts(`role "${name}"`, () => host.createRole({ name, password, readOnly: 'no' }));
  try {
    for (const database of await listDatabases(catalogue.db, branch.id)) await host.admitRole(name, database.name);
    return { role: await createDatabaseRole(catalogue, context, { ...input, password }), password };
  } catch (error) {
    await dropRole(parts, { host, branch, name });
    throw error;
  }
}

/** Gives what the role owns to the project's own role, then drops it. Throws `conflict` for a protected role. */
export async function deleteHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<DatabaseRole> {
  const { host, branch } = await hostOf(parts, context, { ...place, action: 'database_role.delete' });
  const role = await getDatabaseRole(parts.catalogue, { branchId: branch.id, name: place.name });
  if (role.isProtected) {
    throw new PosternError('conflict', { params: { problem: `role "${role.name}" is protected` } });
  }
  await dropRole(parts, { host, branch, name: role.name });
  return await deleteDatabaseRole(parts.catalogue, context, place);
}

/** Sets a new random password on the upstream and keeps it. */
export async function resetHostedRolePassword(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<RoleWithPassword> {
  const { host, branch } = await hostOf(parts, context, { ...place, action: 'database_role.reset_password' });
  const { name } = await getDatabaseRole(parts.catalogue, { branchId: branch.id, name: place.name });
  const password = newDatabasePassword();
  await host.setPassword(name, password);
  return { role: await replaceDatabaseRolePassword(parts.catalogue, context, { ...place, password }), password };
}

/** Drops everything that the project has on its host; rows are the caller's. */
export async function dropHostedObjects(parts: ProvisioningParts, projectId: ProjectId, branch: Branch): Promise<void> {
  const host = await findHost(parts, projectId);
  if (host === null) return;
  for (const database of await listDatabases(parts.catalogue.db, branch.id)) await host.dropDatabase(database.name);
  for (const role of await listDatabaseRoles(parts.catalogue.db, branch.id)) {
    await host.dropRole(role.name, { databases: [], newOwner: null });
  }
}

/** The host of a project's compute, woken; permission is asked first, so that a stranger wakes nothing. */
async function hostOf(
  parts: ProvisioningParts,
  context: AuditContext,
  place: BranchPlace & { readonly action: ActionOn<'project'> },
): Promise<{ host: HostServer; branch: Branch }> {
  await getProject(parts.catalogue, context, place);
  const branch = await getBranch(parts.catalogue.db, place);
  const host = await findHost(parts, place.projectId);
  if (host === null) {
    const problem = 'databases and roles of an attached Postgres are managed there, not by Postern';
    throw new PosternError('not_offered', { params: { problem } });
  }
  return { host, branch };
}

async function findHost(parts: ProvisioningParts, projectId: ProjectId): Promise<HostServer | null> {
  const computes = await listComputes(parts.catalogue, projectId);
  const hosted = computes.find((compute) => compute.hostId !== null);
  if (hosted?.hostId == null) return null;
  await wakeCompute(parts, hosted.id);
  return await parts.hosts.get(hosted.hostId);
}

async function dropRole(
  { catalogue }: ProvisioningParts,
  { host, branch, name }: { host: HostServer; branch: Branch; name: string },
): Promise<void> {
  const databases = await listDatabases(catalogue.db, branch.id);
  const owner = databases.find((database) => database.ownerName !== name)?.ownerName ?? null;
  await host.dropRole(name, { databases: databases.map((database) => database.name), newOwner: owner });
}

async function nameConflicts(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostNameTaken)) throw error;
    throw new PosternError('conflict', { params: { problem: `${what} already exists on this server` }, cause: error });
  }
}
