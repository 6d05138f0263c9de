// Starting and suspending a compute. A host ends idle connections itself when none of the computes
// that share its databases is left; of all others they are Postern's to end.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { type Performed, performed } from '../performed.ts';

interface ComputePlace {
  readonly projectId: ProjectId;
  readonly computeId: ComputeId;
}

type PowerParts = Pick<ActionParts, 'provisioning' | 'liveConnections'>;

/**
 * Wakes a compute. Throws `upstream_unreachable` when its host cannot, `forbidden`, `not_found`.
 */
export async function startCompute(
  { provisioning }: Pick<PowerParts, 'provisioning'>,
  context: AuditContext,
  place: ComputePlace,
): Promise<Performed<Compute>> {
  return performed(await provisioning.startCompute(context, place));
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
  const compute = await parts.provisioning.suspendCompute(context, place);
  await endIdleConnections(parts, compute.id);
  return performed(compute);
}

async function endIdleConnections({ liveConnections }: PowerParts, computeId: ComputeId): Promise<void> {
  const connections = await liveConnections.list({ computeId, phase: 'relaying' });
  const idle = connections.filter(({ transactionStatus }) => transactionStatus === 'I');
  const ending = { reason: 'the compute was suspended', by: 'suspend' };
  await Promise.all(idle.map((connection) => liveConnections.end(connection, ending)));
}
