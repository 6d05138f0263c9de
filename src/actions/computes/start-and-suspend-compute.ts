// Starting and suspending a compute. A host ends idle connections itself when none of the computes
// that share its databases is left; of all others they are Postern's to end.

import { type Compute, findCompute } from '../../catalogue/projects/compute-rows.ts';
import type { OperationAction } from '../../catalogue/projects/operations.ts';
import { performOperation } from '../../catalogue/projects/perform-operation.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import type { Performed } from '../performed.ts';

interface ComputePlace {
  readonly projectId: ProjectId;
  readonly computeId: ComputeId;
}

type PowerParts = Pick<ActionParts, 'catalogue' | 'provisioning' | 'liveConnections'>;

/**
 * Wakes a compute. Throws `upstream_unreachable` when its host cannot, `forbidden`, `not_found`.
 */
export async function startCompute(
  { catalogue, provisioning }: Pick<PowerParts, 'catalogue' | 'provisioning'>,
  context: AuditContext,
  place: ComputePlace,
): Promise<Performed<Compute>> {
  const operation = await operationOn(catalogue, place, 'start_compute');
  return await performOperation(catalogue, operation, () => provisioning.startCompute(context, place));
}

/**
 * Suspends a compute until the next login; connections within a transaction go on. Throws
 * `forbidden`, `not_found`.
 */
export async function suspendCompute(
  parts: PowerParts,
  context: AuditContext,
  place: ComputePlace,
): Promise<Performed<Compute>> {
  const operation = await operationOn(parts.catalogue, place, 'suspend_compute');
  return await performOperation(parts.catalogue, operation, async () => {
    const compute = await parts.provisioning.suspendCompute(context, place);
    await endIdleConnections(parts, compute.id);
    return compute;
  });
}

/**
 * Whether the compute is there and this actor's to change is asked when the operation is performed.
 */
async function operationOn(catalogue: ActionParts['catalogue'], place: ComputePlace, action: OperationAction) {
  const compute = await findCompute(catalogue.db, place.computeId);
  return { ...place, branchId: compute?.branchId, action };
}

async function endIdleConnections({ liveConnections }: PowerParts, computeId: ComputeId): Promise<void> {
  const connections = await liveConnections.list({ computeId, phase: 'relaying' });
  const idle = connections.filter(({ transactionStatus }) => transactionStatus === 'I');
  const ending = { reason: 'the compute was suspended', by: 'suspend' };
  await Promise.all(idle.map(({ id }) => liveConnections.end(id, ending)));
}
