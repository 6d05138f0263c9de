// Drops planned or made roles and databases, by oid. Wakes a suspended project to revoke in it.

import type { OperationStep } from '../../catalogue/journal/operation-steps.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import type { HostSession } from '../hosts/host-session.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type OperationRun, workingName } from '../journal/operation-run.ts';
import type { Recovery } from '../journal/run-operation.ts';
import { startCompute, suspendCompute } from './compute-power.ts';

/** Adds a step for each that has none yet. Databases come first, since they hold the roles. */
export async function planDrops(
  run: OperationRun,
  { databases, roles }: { readonly databases: readonly string[]; readonly roles: readonly string[] },
): Promise<void> {
  const planned = await run.steps();
  const isNew = (action: OperationStep['action']) => (name: string) =>
    !planned.some((step) => step.action === action && step.name === name);
  const steps = [];
  for (const name of databases.filter(isNew('drop_database'))) {
    const hostOid = (await run.host.findDatabase({ name }))?.oid ?? null;
    steps.push({ action: 'drop_database', name, hostOid } as const);
  }
  for (const name of roles.filter(isNew('drop_role'))) {
    const hostOid = (await run.host.findRole(name))?.oid ?? null;
    steps.push({ action: 'drop_role', name, hostOid } as const);
  }
  await run.plan(steps);
}

export async function dropPlanned(parts: ProvisioningParts, run: OperationRun, heritage: Heritage): Promise<void> {
  for (const step of await run.steps()) {
    if (step.status === 'finished') continue;
    await run.change({ position: step.position, status: 'running' });
    await drop(parts, run, { step, heritage });
    await run.change({ position: step.position, status: 'finished' });
  }
}

async function drop(
  parts: ProvisioningParts,
  run: OperationRun,
  { step: { action, name, hostOid }, heritage }: { readonly step: OperationStep; readonly heritage: Heritage },
): Promise<void> {
  if (hostOid === null) return;
  const { host } = run;
  const there = action === 'drop_database' ? await host.findDatabase({ name }) : await host.findRole(name);
  if (there?.oid !== hostOid) return;
  if (action === 'drop_database') await host.dropDatabase(name);
  else await dropRole(parts, run, { name, heritage });
}

/** Which role inherits what the dropped one owns in those databases; null: nobody. */
export type Heritage = Parameters<HostSession['dropRole']>[1];

/** Throws `conflict` when a closed database that is no project's still depends on the role. */
export async function dropRole(
  parts: ProvisioningParts,
  { host, operation }: Pick<OperationRun, 'host' | 'operation'>,
  role: { readonly name: string; readonly heritage: Heritage },
): Promise<void> {
  const woken: ComputeId[] = [];
  try {
    for (const database of await host.closedDatabasesOf(role.name)) {
      const computeId = await findComputeOf(parts.catalogue, { hostId: operation.hostId, database });
      if (computeId === null) throw new PosternError('role_has_privileges', { params: { role: role.name, database } });
      await startCompute(parts, SYSTEM_CONTEXT, { computeId });
      woken.push(computeId);
    }
    await host.dropRole(role.name, role.heritage);
  } finally {
    for (const computeId of woken) await suspendCompute(parts, SYSTEM_CONTEXT, { computeId });
  }
}

async function findComputeOf({ db }: Catalogue, { hostId, database }: { hostId: string; database: string }) {
  const row = await db
    .selectFrom('databases')
    .innerJoin('branches', 'branches.id', 'databases.branch_id')
    .innerJoin('computes', 'computes.project_id', 'branches.project_id')
    .select('computes.id')
    .where('computes.host_id', '=', hostId)
    .where('databases.name', '=', database)
    .orderBy('computes.ordinal')
    .executeTakeFirst();
  return row?.id ?? null;
}

export const UNDO_CREATION: Recovery = { kind: 'undo', undo: undoCreation };

async function undoCreation(parts: ProvisioningParts, run: OperationRun): Promise<void> {
  for (const step of (await run.steps()).reverse()) {
    if (step.action === 'create_database') await undoDatabase(run, step);
    if (step.action === 'create_role') await undoRole(parts, run, step);
    await run.change({ position: step.position, status: 'cancelled' });
  }
}

/** Only the operation uses the working name; under its final name its oid identifies it. */
async function undoDatabase({ host, operation }: OperationRun, { name, hostOid }: OperationStep): Promise<void> {
  await host.dropDatabase(workingName(operation));
  if (hostOid === null) return;
  const made = await host.findDatabase({ oid: hostOid });
  if (made?.name === name) await host.dropDatabase(name);
}

/** The oid was written before the role was committed: without one there is no role of ours. */
async function undoRole(parts: ProvisioningParts, run: OperationRun, { name, hostOid }: OperationStep): Promise<void> {
  if (hostOid === null) return;
  const made = await run.host.findRole(name);
  if (made?.oid === hostOid) await dropRole(parts, run, { name, heritage: null });
}
