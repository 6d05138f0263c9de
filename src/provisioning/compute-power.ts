// Waking and suspending computes, for real where Postern hosts them: a suspended project's databases refuse connections.
// Attached computes are Postern's only in so far as it refuses to connect to them.

import type { AuditContext } from '../catalogue/audit-context.ts';
import { getDefaultBranch } from '../catalogue/branches.ts';
import { type Compute, findCompute, shownName } from '../catalogue/compute-rows.ts';
import { moveComputeState } from '../catalogue/compute-states.ts';
import { getCompute, listComputes } from '../catalogue/computes.ts';
import { listDatabases } from '../catalogue/databases.ts';
import { PosternError } from '../errors.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

interface ComputePlace {
  readonly computeId: ComputeId;
  readonly projectId?: ProjectId;
}

/** Starts a compute for somebody who may; returns it as it then is. Throws `forbidden`, `not_found`. */
export async function startCompute(
  parts: ProvisioningParts,
  context: AuditContext,
  place: ComputePlace,
): Promise<Compute> {
  const { compute } = await getCompute(parts.catalogue, context, { ...place, action: 'compute.start' });
  return await wakeCompute(parts, compute.id);
}

/**
 * Makes an idle compute ready to be dialled; does nothing for an active one. Safe when several nodes do it at once.
 * Throws `upstream_unreachable` when the compute is gone or its host cannot wake it.
 */
export async function wakeCompute(parts: ProvisioningParts, computeId: ComputeId): Promise<Compute> {
  const compute = await findCompute(parts.catalogue.db, computeId);
  if (compute === null) throw new PosternError('upstream_unreachable', { params: { compute: computeId } });
  if (compute.state === 'active') return compute;
  try {
    await switchDatabases(parts, compute, 'wake');
  } catch (error) {
    throw new PosternError('upstream_unreachable', { params: { compute: shownName(compute) }, cause: error });
  }
  const woken = await moveComputeState(parts.catalogue, { computeId, from: ['idle', 'init'], to: 'active' });
  return woken ?? compute;
}

/**
 * Suspends a compute for somebody who may: new connections are refused until the next login wakes it, idle ones end.
 * The caller ends idle live connections of attached computes. Throws `forbidden`, `not_found`.
 */
export async function suspendCompute(
  parts: ProvisioningParts,
  context: AuditContext,
  place: ComputePlace,
): Promise<Compute> {
  const { compute } = await getCompute(parts.catalogue, context, { ...place, action: 'compute.suspend' });
  // The state first: a login that comes in between then wakes it again.
  const idle = await moveComputeState(parts.catalogue, {
    computeId: compute.id,
    from: ['active', 'init'],
    to: 'idle',
  });
  if (idle === null) return compute;
  await switchDatabases(parts, idle, 'suspend');
  return idle;
}

async function switchDatabases(
  { catalogue, hosts }: ProvisioningParts,
  compute: Compute,
  action: 'wake' | 'suspend',
): Promise<void> {
  if (compute.hostId === null) return;
  // Computes on one host share its databases: the last active one closes them.
  const isShared = async () =>
    (await listComputes(catalogue, compute.projectId)).some(({ state }) => state === 'active');
  if (action === 'suspend' && (await isShared())) return;
  const host = await hosts.get(compute.hostId);
  const branch = await getDefaultBranch(catalogue.db, compute.projectId);
  const databases = await listDatabases(catalogue.db, branch.id);
  await host[action](databases.map((database) => database.name));
}
