// Drops the roles and databases that an operation has planned, each identified by its oid.

import type { OperationStep } from '../../catalogue/journal/operation-steps.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import { dropRole, type Heritage } from './drop-role.ts';

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

/** Throws `conflict` when a closed database that is no project's still depends on a role. */
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
