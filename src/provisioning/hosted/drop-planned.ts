// Drops planned or made roles and databases, by oid. Nothing in others’ databases can stop it.

import { recordEndedAccess } from '../../catalogue/endings/ended-access.ts';
import type { OperationStep } from '../../catalogue/journal/operation-steps.ts';
import type { HostDatabase, HostObject } from '../hosts/host-objects.ts';
import type { Heritage } from '../hosts/host-session.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type OperationRun, workingName } from '../journal/operation-run.ts';
import type { Recovery } from '../journal/run-operation.ts';

/** Adds a step for each that has none yet. Databases come first, since they hold the roles. */
export async function planDrops(
  run: OperationRun,
  { databases, roles }: { readonly databases: readonly HostDatabase[]; readonly roles: readonly string[] },
): Promise<void> {
  const planned = await run.steps();
  const isNew = (action: OperationStep['action']) => (name: string) =>
    !planned.some((step) => step.action === action && step.name === name);
  const steps = [];
  for (const { name, oid } of databases.filter((database) => isNew('drop_database')(database.name))) {
    steps.push({ action: 'drop_database', name, hostOid: oid } as const);
  }
  for (const name of roles.filter(isNew('drop_role'))) {
    const hostOid = (await run.host.findRole(name))?.oid ?? null;
    steps.push({ action: 'drop_role', name, hostOid } as const);
  }
  await run.plan(steps);
}

/** Logins are closed first: people who go on working there could stop what follows. */
export async function dropPlanned(
  parts: ProvisioningParts,
  run: OperationRun,
  heritage: Heritage | null,
): Promise<void> {
  const steps = (await run.steps()).filter(({ status }) => status !== 'finished');
  const dropped = steps.filter(({ action }) => action === 'drop_role');
  await endAccessOf(parts, run, dropped);
  for (const step of dropped) {
    const role = await findMeantRole(run, step);
    if (role !== null) await run.host.closeLogin(role);
  }
  for (const step of steps) {
    await run.change({ position: step.position, status: 'running' });
    if (step.action === 'drop_database') {
      const database = await findMeantDatabase(run, step);
      if (database !== null) await run.host.dropDatabase(database);
    }
    if (step.action === 'drop_role') {
      const role = await findMeantRole(run, step);
      if (role !== null) await dropRole(parts, run, { role, heritage });
    }
    await run.change({ position: step.position, status: 'finished' });
  }
}

/** Committed first, so that nodes tell people why before the server cuts them off. */
async function endAccessOf({ catalogue }: ProvisioningParts, { operation }: OperationRun, roles: OperationStep[]) {
  const { projectId } = operation;
  const ended = roles.map(({ name }) => ({ kind: 'end', owners: { projectId, databaseRole: name } }) as const);
  if (ended.length > 0) await catalogue.transaction((tx) => recordEndedAccess(tx, ended));
}

/** What the step names, unless something else has its name by now. */
async function findMeantRole({ host }: OperationRun, { name, hostOid }: OperationStep): Promise<HostObject | null> {
  if (hostOid === null) return null;
  const there = await host.findRole(name);
  return there?.oid === hostOid ? there : null;
}

async function findMeantDatabase(
  { host }: Pick<OperationRun, 'host'>,
  { name, hostOid }: Pick<OperationStep, 'name' | 'hostOid'>,
) {
  const there = hostOid === null ? null : await host.findDatabase(hostOid);
  return there?.name === name ? there : null;
}

/** What others granted to it never stops this: it is then dropped by a later sweep. */
async function dropRole(
  { log }: ProvisioningParts,
  { host, operation }: OperationRun,
  { role, heritage }: { readonly role: HostObject; readonly heritage: Heritage | null },
): Promise<void> {
  if (heritage !== null) await host.bequeath(role, heritage);
  await host.retireRole(role);
  await host.dropRetiredRole(role.oid).catch((error: unknown) => {
    const about = { operation_id: operation.id, database_role: role.name, err: error };
    log.info({ event: 'host.role_retired', ...about }, 'a deleted role still has privileges elsewhere and is kept');
  });
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
  await host.dropWorkingDatabase(workingName(operation));
  const made = await findMeantDatabase({ host }, { name, hostOid });
  if (made !== null) await host.dropDatabase(made);
}

/** The oid was written before the role was committed: without one there is no role of ours. */
async function undoRole(parts: ProvisioningParts, run: OperationRun, { name, hostOid }: OperationStep): Promise<void> {
  if (hostOid === null) return;
  const made = await run.host.findRole(name);
  if (made?.oid === hostOid) await dropRole(parts, run, { role: made, heritage: null });
}
