// Removes what was made on a host and is not in the catalogue, unless somebody else made it.

import type { OperationStep } from '../../catalogue/journal/operation-steps.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type OperationRun, workingName } from '../journal/operation-run.ts';
import type { Recovery } from '../journal/run-operation.ts';
import { dropRole } from './drop-role.ts';

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
