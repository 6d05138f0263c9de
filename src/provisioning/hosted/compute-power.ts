// Waking and suspending computes: hosted databases refuse connections, to others Postern does.

import { getDefaultBranch } from '../../catalogue/projects/branches.ts';
import { type Compute, findCompute, moveComputeState, shownName } from '../../catalogue/projects/compute-rows.ts';
import { auditedCompute, computeNotFound, getCompute, listComputes } from '../../catalogue/projects/computes.ts';
import { createOperation } from '../../catalogue/projects/operations.ts';
import { findProject, type Project } from '../../catalogue/projects/projects.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { type AuditContext, recordChange, SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { type ProvisioningParts, powerOfProject, projectOnHost } from '../hosts/provisioning-parts.ts';
import { type Recovery, runOperation, type WithOperation } from '../journal/run-operation.ts';
import { ownDatabases } from './own-databases.ts';
import { syncHostedDatabases } from './sync-hosted-databases.ts';

interface ComputePlace {
  readonly computeId: ComputeId;
  readonly projectId?: ProjectId;
}

interface PowerChange {
  readonly context: AuditContext;
  readonly compute: Compute;
  readonly project: Project;
  readonly to: 'active' | 'idle';
  /** A wake by a login is part of the login, and no event of its own. */
  readonly auditedAs: 'started' | 'suspended' | null;
}

export async function startCompute(parts: ProvisioningParts, context: AuditContext, place: ComputePlace) {
  const found = await getCompute(parts.catalogue, context, { ...place, action: 'compute.start' });
  return await wake(parts, { ...found, context, to: 'active', auditedAs: 'started' });
}

/** Idempotent. Throws `upstream_unreachable` if the compute is gone or its host cannot wake it. */
export async function wakeCompute(parts: ProvisioningParts, computeId: ComputeId): Promise<Compute> {
  const { db } = parts.catalogue;
  const compute = await findCompute(db, computeId);
  if (compute?.state === 'active') return compute;
  const project = compute === null ? null : await findProject(db, compute.projectId);
  if (compute === null || project === null) {
    throw new PosternError('upstream_unreachable', { params: { compute: computeId } });
  }
  return await wake(parts, { context: SYSTEM_CONTEXT, compute, project, to: 'active', auditedAs: null });
}

async function wake(parts: ProvisioningParts, change: PowerChange): Promise<WithOperation<Compute>> {
  const { compute } = change;
  requireEnabled(compute);
  if (compute.state === 'active') return await recordDone(parts.catalogue, change, compute);
  try {
    const woken = await switchPower(parts, change);
    await syncHostedDatabases(parts, compute);
    return woken;
  } catch (error) {
    throw new PosternError('upstream_unreachable', { params: { compute: shownName(compute) }, cause: error });
  }
}

/** New connections are refused until the next login wakes it; idle ones end, if it is hosted. */
export async function suspendCompute(parts: ProvisioningParts, context: AuditContext, place: ComputePlace) {
  const found = await getCompute(parts.catalogue, context, { ...place, action: 'compute.suspend' });
  const { compute } = found;
  const suspend = () => switchPower(parts, { ...found, context, to: 'idle', auditedAs: 'suspended' });
  if (compute.hostId === null) return await suspend();
  // Not while a database or role of the project is made, which needs the databases open.
  const host = await parts.hosts.get(compute.hostId);
  return await host.alone(projectOnHost(compute.projectId), suspend);
}

/** The databases are made open exactly while one of the project's computes is active. */
export const POWER_RECOVERY: Recovery = {
  kind: 'undo',
  undo: (parts, { operation, host }) => agreeWithCatalogue(parts, { ...operation, host }),
};

export async function agreeWithCatalogue(
  { catalogue, hosts }: ProvisioningParts,
  place: { readonly projectId: ProjectId; readonly hostId: string; readonly host: HostSession },
): Promise<void> {
  const { projectId, host } = place;
  const { alone } = await hosts.get(place.hostId);
  await alone(powerOfProject(projectId), async () => {
    const computes = await listComputes(catalogue, projectId);
    if (computes.length === 0) return;
    const databases = await databasesOf({ catalogue }, host, projectId);
    if (databases.length === 0) return;
    await (computes.some(({ state }) => state === 'active') ? host.wake(databases) : host.suspend(databases));
  });
}

async function switchPower(parts: ProvisioningParts, change: PowerChange): Promise<WithOperation<Compute>> {
  const { catalogue, hosts } = parts;
  const { context, compute, project, to } = change;
  if (compute.hostId === null) return await recordDone(catalogue, change, await writeState(catalogue, change));
  const host = await hosts.get(compute.hostId);
  const [action, step] =
    to === 'active'
      ? (['start_compute', 'open_databases'] as const)
      : (['suspend_compute', 'close_databases'] as const);
  return await runOperation(parts, context, {
    host,
    order: {
      purpose: action,
      action,
      accountId: project.accountId,
      projectId: project.id,
      branchId: compute.branchId,
      computeId: compute.id,
      hostId: host.id,
      details: {},
    },
    recovery: POWER_RECOVERY,
    work: (run) =>
      run.step({ action: step, name: compute.id }, () =>
        // A wake and a suspension at once would leave an active compute closed.
        host.alone(powerOfProject(project.id), async () => {
          await switchDatabases(catalogue, change, run.host);
          return await writeState(run.finishing(), change);
        }),
      ),
  });
}

/**
 * NOTE: never within a transaction of the catalogue. A tenant can hold what the host waits for, and
 * a node has few connections to the catalogue.
 */
async function switchDatabases(
  catalogue: Catalogue,
  { compute, project, to }: PowerChange,
  host: HostSession,
): Promise<void> {
  const computes = await listComputes(catalogue, project.id);
  const current = computes.find(({ id }) => id === compute.id);
  if (current === undefined) throw computeNotFound(compute.id);
  if (current.state === to) return;
  if (to === 'active') await host.wake(await databasesOf({ catalogue }, host, project.id));
  // Computes on one host share its databases: the last active one closes them.
  else if (computes.every(({ id, state }) => id === compute.id || state !== 'active')) {
    await host.suspend(await databasesOf({ catalogue }, host, project.id));
  }
}

async function writeState(catalogue: Catalogue, change: PowerChange): Promise<Compute> {
  const { context, compute, project, to, auditedAs } = change;
  return await catalogue.transaction(async (tx) => {
    const current = await findCompute(tx, compute.id);
    if (current === null) throw computeNotFound(compute.id);
    if (current.state === to) return current;
    if (to === 'active') requireEnabled(current);
    const move = { computeId: compute.id, from: [current.state], to };
    const moved = await moveComputeState({ db: tx, clock: catalogue.clock }, move);
    if (moved === null) return current;
    if (auditedAs !== null) {
      const event = { event: 'compute.changed', ...auditedCompute(project, compute.id), reason: auditedAs } as const;
      await recordChange(tx, { catalogue, context }, event);
    }
    return moved;
  });
}

// Neon API 2.7.3: Endpoint, a disabled one cannot be enabled by a connection or console action
function requireEnabled(compute: Compute): void {
  if (compute.isDisabled) throw new PosternError('compute_disabled', { params: { compute: shownName(compute) } });
}

async function recordDone(catalogue: Catalogue, { project, to }: PowerChange, compute: Compute) {
  const operation = await createOperation(catalogue, {
    accountId: project.accountId,
    projectId: project.id,
    branchId: compute.branchId,
    computeId: compute.id,
    action: to === 'active' ? 'start_compute' : 'suspend_compute',
    status: 'finished',
  });
  return { ...compute, operation };
}

async function databasesOf(parts: Pick<ProvisioningParts, 'catalogue'>, host: HostSession, projectId: ProjectId) {
  const branch = await getDefaultBranch(parts.catalogue.db, projectId);
  return await ownDatabases(parts, host, branch.id);
}
