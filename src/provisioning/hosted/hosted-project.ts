// Finds what a hosted project has on its host; refuses to change an attached project.

import {
  claimOperationsOf,
  type NewJournaledOperation,
  type OperationDetails,
} from '../../catalogue/journal/operation-journal.ts';
import { type Branch, getBranch } from '../../catalogue/projects/branches.ts';
import { listComputes } from '../../catalogue/projects/computes.ts';
import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { getProject, type Project } from '../../catalogue/projects/projects.ts';
import type { ActionOn } from '../../catalogue/rights/permissions.ts';
import type { OperationPurpose } from '../../catalogue/tables/projects-and-computes.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { HostServer } from '../hosts/host-server.ts';
import { HostNameTaken } from '../hosts/host-session.ts';
import type { ProjectRoles } from '../hosts/project-privileges.ts';
import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import { type Recovery, runOperation, type WithOperation } from '../journal/run-operation.ts';
import { wakeCompute } from './compute-power.ts';

export interface BranchPlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
}

export interface NamedPlace extends BranchPlace {
  readonly name: string;
}

/** A hosted project while only this caller changes it and no earlier change is unfinished. */
export interface HostedPlace {
  readonly project: Project;
  readonly branch: Branch;
  run<Result extends object>(
    operation: { purpose: OperationPurpose; details?: OperationDetails; recovery: Recovery },
    work: (run: OperationRun) => Promise<Result>,
  ): Promise<WithOperation<Result>>;
}

/** After the permission check, so that a stranger wakes nothing. Throws `not_offered`, `busy`. */
export async function changeHosted<Result>(
  parts: ProvisioningParts,
  context: AuditContext,
  change: {
    readonly place: BranchPlace;
    readonly action: ActionOn<'project'>;
    readonly work: (opened: HostedPlace) => Promise<Result>;
  },
): Promise<Result> {
  const { place, action, work } = change;
  const findPlace = async () => {
    const project = await getProject(parts.catalogue, context, { ...place, action });
    return { project, branch: await getBranch(parts.catalogue.db, place) };
  };
  const { project } = await findPlace();
  const hosted = await findHostedCompute(parts, place.projectId);
  if (hosted === null) throw new PosternError('attached_managed_elsewhere');
  const host = await parts.hosts.get(hosted.hostId);
  const alone = async () => {
    await settleUnfinished(parts, host, place.projectId);
    // The change before this one may have deleted the project.
    const found = await findPlace();
    await wakeCompute(parts, hosted.id);
    return await work({
      ...found,
      run: ({ purpose, details = {}, recovery }, work) => {
        const order = orderOf({ host, ...found }, purpose, details);
        return runOperation(parts, context, { host, order, recovery, work });
      },
    });
  };
  return await parts.inTurn(project.accountId, () => host.alone(projectOnHost(place.projectId), alone));
}

/** The branch's roles by what they do on the host; the first that writes is the project's own. */
export async function projectRoles({ catalogue }: ProvisioningParts, branchId: BranchId): Promise<ProjectRoles> {
  const roles = await listDatabaseRoles(catalogue.db, branchId);
  const [own, ...writers] = roles.filter((role) => !role.isReadOnly).map((role) => role.name);
  if (own === undefined) throw new Error(`branch ${branchId} has no role that writes`);
  return { own, writers, readers: roles.filter((role) => role.isReadOnly).map((role) => role.name) };
}

export function orderOf(
  { host, project, branch }: { host: HostServer; project: Project; branch: Branch },
  purpose: OperationPurpose,
  details: OperationDetails,
): NewJournaledOperation {
  const { id: projectId, accountId } = project;
  const place = { accountId, projectId, branchId: branch.id, computeId: null, hostId: host.id };
  return { ...place, purpose, action: 'apply_config', details };
}

/** For the holder of the project's lock. Throws what keeps an earlier operation from ending. */
export async function settleUnfinished(parts: ProvisioningParts, host: HostServer, projectId: ProjectId) {
  for (const operation of await claimOperationsOf(parts.catalogue, projectId)) await parts.recover(operation, host);
}

export async function refuseTakenName(thing: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostNameTaken)) throw error;
    throw new PosternError('taken_on_host', { params: { thing }, cause: error });
  }
}

/** The first compute of a project that is on a host; null for an attached project. */
export async function findHostedCompute({ catalogue }: ProvisioningParts, projectId: ProjectId) {
  for (const compute of await listComputes(catalogue, projectId)) {
    if (compute.hostId !== null) return { ...compute, hostId: compute.hostId };
  }
  return null;
}
