// Finds what a project has on its host: the server, its branch and its roles. Attached projects have nothing there, and
// who asks to change one is told so.

import { type Branch, getBranch, getDefaultBranch } from '../../catalogue/projects/branches.ts';
import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { listComputes } from '../../catalogue/projects/computes.ts';
import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../catalogue/projects/databases.ts';
import { getProject } from '../../catalogue/projects/projects.ts';
import type { ActionOn } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import { HostNameTaken, type HostServer } from '../hosts/host-server.ts';
import type { ProjectRoles } from '../hosts/project-privileges.ts';
import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import { wakeCompute } from './compute-power.ts';
import { dropRole } from './drop-role.ts';

export interface BranchPlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
}

export interface NamedPlace extends BranchPlace {
  readonly name: string;
}

/**
 * Changes what a project has on its host, alone and with the compute woken; permission is asked first, so that a stranger
 * wakes nothing. Throws `not_offered` for an attached project, `busy`, `forbidden`, `not_found`, and as the work does.
 */
export async function changeHosted<Result>(
  parts: ProvisioningParts,
  context: AuditContext,
  change: {
    readonly place: BranchPlace;
    readonly action: ActionOn<'project'>;
    readonly work: (opened: { host: HostServer; branch: Branch }) => Promise<Result>;
  },
): Promise<Result> {
  const { place, action, work } = change;
  const findPlace = async () => {
    await getProject(parts.catalogue, context, { ...place, action });
    return await getBranch(parts.catalogue.db, place);
  };
  await findPlace();
  const hosted = await findHostedCompute(parts, place.projectId);
  if (hosted === null) {
    throw new PosternError('attached_managed_elsewhere');
  }
  const host = await parts.hosts.get(hosted.hostId);
  return await host.alone(projectOnHost(place.projectId), async () => {
    // Whoever was at it before may have deleted the project.
    const branch = await findPlace();
    await wakeCompute(parts, hosted.id);
    return await work({ host, branch });
  });
}

/** The roles of a branch by what they do on the host; the first that writes is the project's own. */
export async function projectRoles({ catalogue }: ProvisioningParts, branchId: BranchId): Promise<ProjectRoles> {
  const roles = await listDatabaseRoles(catalogue.db, branchId);
  const [own, ...writers] = roles.filter((role) => !role.isReadOnly).map((role) => role.name);
  if (own === undefined) throw new Error(`branch ${branchId} has no role that writes`);
  return { own, writers, readers: roles.filter((role) => role.isReadOnly).map((role) => role.name) };
}

/**
 * Drops everything that the project has on its host, suspended or not, then lets the caller forget the project, all of it
 * alone. `check` is asked before anything is dropped. May be repeated after a failure.
 */
export async function deleteHosted<Result>(
  parts: ProvisioningParts,
  projectId: ProjectId,
  { check, forget }: { readonly check: () => Promise<unknown>; readonly forget: () => Promise<Result> },
): Promise<Result> {
  const hosted = await findHostedCompute(parts, projectId);
  if (hosted === null) return await forget();
  const host = await parts.hosts.get(hosted.hostId);
  return await host.alone(projectOnHost(projectId), async () => {
    await check();
    const { id: branchId } = await getDefaultBranch(parts.catalogue.db, projectId);
    for (const database of await listDatabases(parts.catalogue.db, branchId)) await host.dropDatabase(database.name);
    for (const { name } of await listDatabaseRoles(parts.catalogue.db, branchId)) {
      await dropRole(parts, host, { name, heritage: null });
    }
    return await forget();
  });
}

/** Runs what makes something on a host; throws `conflict` when its name is taken. */
export async function refuseTakenName(thing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostNameTaken)) throw error;
    throw new PosternError('taken_on_host', { params: { thing }, cause: error });
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
