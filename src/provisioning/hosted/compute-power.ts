// Waking and suspending computes, for real where Postern hosts them: a suspended project's databases refuse connections.
// Attached computes are Postern's only in so far as it refuses to connect to them.

import type { Transaction } from 'kysely';
import { getDefaultBranch } from '../../catalogue/projects/branches.ts';
import { type Compute, findCompute, shownName } from '../../catalogue/projects/compute-rows.ts';
import { lockComputes, moveComputeState } from '../../catalogue/projects/compute-states.ts';
import { auditedCompute, getCompute } from '../../catalogue/projects/computes.ts';
import { listDatabases } from '../../catalogue/projects/databases.ts';
import type { Project } from '../../catalogue/projects/projects.ts';
import type { Schema } from '../../catalogue/store/schema.ts';
import { type AuditContext, changeEvent } from '../../catalogue/trail/audit-context.ts';
import { recordAuditEvent } from '../../catalogue/trail/audit-events.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import { syncHostedDatabases } from './sync-hosted-databases.ts';

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
  const { compute, project } = await getCompute(parts.catalogue, context, { ...place, action: 'compute.start' });
  return await wakeCompute(parts, compute.id, (tx) => recordPower(tx, { parts, context, compute, project }, 'started'));
}

/**
 * Makes an idle compute ready to be dialled, with what is to be written then; does nothing for an active one. Safe when several nodes do it at once.
 * Throws `upstream_unreachable` when the compute is gone or its host cannot wake it.
 */
export async function wakeCompute(
  parts: ProvisioningParts,
  computeId: ComputeId,
  alsoWrite: (tx: Transaction<Schema>) => Promise<void> = async () => {},
): Promise<Compute> {
  const compute = await findCompute(parts.catalogue.db, computeId);
  if (compute === null) throw new PosternError('upstream_unreachable', { params: { compute: computeId } });
  if (compute.state === 'active') return compute;
  try {
    const woken = await alone(parts, compute, async ({ current, tx, switchTo }) => {
      if (current.state === 'active') return current;
      await switchTo('wake');
      await alsoWrite(tx);
      return await moveComputeState(withTransaction(parts, tx), { computeId, from: ['idle', 'init'], to: 'active' });
    });
    await syncHostedDatabases(parts, compute);
    return woken ?? compute;
  } catch (error) {
    throw new PosternError('upstream_unreachable', { params: { compute: shownName(compute) }, cause: error });
  }
}

/**
 * Suspends a compute for somebody who may: new connections are refused until the next login wakes it, idle ones end.
 * Live connections of attached computes go on. Throws `forbidden`, `not_found`.
 */
export async function suspendCompute(
  parts: ProvisioningParts,
  context: AuditContext,
  place: ComputePlace,
): Promise<Compute> {
  const { compute, project } = await getCompute(parts.catalogue, context, { ...place, action: 'compute.suspend' });
  const suspend = () =>
    alone(parts, compute, async ({ current, others, tx, switchTo }) => {
      if (current.state === 'idle') return current;
      // Computes on one host share its databases: the last active one closes them.
      if (others.every((other) => other.state !== 'active')) await switchTo('suspend');
      await recordPower(tx, { parts, context, compute, project }, 'suspended');
      const move = { computeId: compute.id, from: ['active', 'init'], to: 'idle' } as const;
      return (await moveComputeState(withTransaction(parts, tx), move)) ?? current;
    });
  if (compute.hostId === null) return await suspend();
  // Not while a database or role of the project is being made: that has to go on inside the databases.
  const host = await parts.hosts.get(compute.hostId);
  return await host.alone(projectOnHost(compute.projectId), suspend);
}

async function recordPower(
  tx: Transaction<Schema>,
  { parts, context, compute, project }: Changing,
  reason: 'started' | 'suspended',
): Promise<void> {
  const event = { event: 'compute.changed', ...auditedCompute(project, compute.id), reason } as const;
  await recordAuditEvent(tx, changeEvent(parts.catalogue, context, event));
}

interface Changing {
  readonly parts: ProvisioningParts;
  readonly context: AuditContext;
  readonly compute: Compute;
  readonly project: Project;
}

interface LockedCompute {
  readonly current: Compute;
  /** The project's other computes. */
  readonly others: readonly Compute[];
  readonly tx: Transaction<Schema>;
  readonly switchTo: (action: 'wake' | 'suspend') => Promise<void>;
}

/** Switching and writing down the state are one step: or else a wake and a suspend at once leave a closed active compute. */
async function alone<Result>(
  { catalogue, hosts }: ProvisioningParts,
  compute: Compute,
  work: (locked: LockedCompute) => Promise<Result>,
): Promise<Result> {
  // Before the lock, since a host that opens may move its computes' rows.
  const host = compute.hostId === null ? null : await hosts.get(compute.hostId);
  return await catalogue.transaction(async (tx) => {
    const computes = await lockComputes(tx, compute.projectId);
    const current = computes.find((one) => one.id === compute.id);
    if (current === undefined) throw new PosternError('not_found', { params: { thing: `compute "${compute.id}"` } });
    const switchTo = async (action: 'wake' | 'suspend') => {
      const branch = await getDefaultBranch(tx, compute.projectId);
      const databases = await listDatabases(tx, branch.id);
      await host?.[action](databases.map((database) => database.name));
    };
    return await work({ current, others: computes.filter((one) => one.id !== compute.id), tx, switchTo });
  });
}

function withTransaction({ catalogue }: ProvisioningParts, tx: Transaction<Schema>) {
  return { db: tx, clock: catalogue.clock };
}
