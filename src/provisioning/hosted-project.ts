// Finds what a project has on its host: the server, its branch and its roles. Attached projects have nothing there, and
// who asks to change one is told so.

import type { AuditContext } from '../catalogue/audit-context.ts';
import { type Branch, getBranch } from '../catalogue/branches.ts';
import type { Compute } from '../catalogue/compute-rows.ts';
import { listComputes } from '../catalogue/computes.ts';
import { listDatabaseRoles } from '../catalogue/database-role-rows.ts';
import { listDatabases } from '../catalogue/databases.ts';
import type { ActionOn } from '../catalogue/permissions.ts';
import { getProject } from '../catalogue/projects.ts';
import { PosternError } from '../errors.ts';
import type { BranchId, ProjectId } from '../ids.ts';
import { wakeCompute } from './compute-power.ts';
import { HostNameTaken, type HostServer } from './host-server.ts';
import type { ProjectRoles } from './project-privileges.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

export interface BranchPlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
}

export interface NamedPlace extends BranchPlace {
  readonly name: string;
}

/**
 * The host of a project, its compute woken; permission is asked first, so that a stranger wakes nothing.
 * Throws `not_offered` for an attached project, `forbidden`, `not_found`.
 */
export async function openHostedProject(
  parts: ProvisioningParts,
  context: AuditContext,
  place: BranchPlace & { readonly action: ActionOn<'project'> },
): Promise<{ host: HostServer; branch: Branch }> {
  await getProject(parts.catalogue, context, place);
  const branch = await getBranch(parts.catalogue.db, place);
  const hosted = await findHostedCompute(parts, place.projectId);
  if (hosted === null) {
    const problem = 'databases and roles of an attached Postgres are managed there, not by Postern';
    throw new PosternError('not_offered', { params: { problem } });
  }
  await wakeCompute(parts, hosted.id);
  return { host: await parts.hosts.get(hosted.hostId), branch };
}

/** The roles of a branch by what they do on the host; the first that writes is the project's own. */
export async function projectRoles({ catalogue }: ProvisioningParts, branchId: BranchId): Promise<ProjectRoles> {
  const roles = await listDatabaseRoles(catalogue.db, branchId);
  const [own, ...writers] = roles.filter((role) => !role.isReadOnly).map((role) => role.name);
  if (own === undefined) throw new Error(`branch ${branchId} has no role that writes`);
  return { own, writers, readers: roles.filter((role) => role.isReadOnly).map((role) => role.name) };
}

/** Drops everything that the project has on its host, suspended or not; rows are the caller's. May be repeated. */
export async function dropHostedObjects(parts: ProvisioningParts, projectId: ProjectId, branch: Branch): Promise<void> {
  const hosted = await findHostedCompute(parts, projectId);
  if (hosted === null) return;
  const host = await parts.hosts.get(hosted.hostId);
  for (const database of await listDatabases(parts.catalogue.db, branch.id)) await host.dropDatabase(database.name);
  for (const role of await listDatabaseRoles(parts.catalogue.db, branch.id)) await host.dropRole(role.name, null);
}

/** Runs what makes something on a host; throws `conflict` when its name is taken. */
export async function refuseTakenName(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostNameTaken)) throw error;
    throw new PosternError('conflict', { params: { problem: `${what} is taken on this server` }, cause: error });
  }
}

async function findHostedCompute(
  { catalogue }: ProvisioningParts,
  projectId: ProjectId,
): Promise<(Compute & { readonly hostId: string }) | null> {
  for (const compute of await listComputes(catalogue, projectId)) {
    if (compute.hostId !== null) return { ...compute, hostId: compute.hostId };
  }
  return null;
}
