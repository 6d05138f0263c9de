// Suspending a compute as pages and the management API do it. A host ends idle connections itself when none of the
// computes that share its databases is left; of all others they are Postern's to end.

import type { Compute } from '../catalogue/projects/compute-rows.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { LiveConnections } from '../fleet/live-connections.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import type { Provisioning } from '../provisioning/provisioning.ts';

export interface SuspendParts {
  readonly provisioning: Provisioning;
  readonly liveConnections: LiveConnections;
}

/** Throws `forbidden`, `not_found`. Connections within a transaction go on. */
export async function suspendComputeFor(
  { provisioning, liveConnections }: SuspendParts,
  context: AuditContext,
  which: { readonly computeId: ComputeId; readonly projectId: ProjectId },
): Promise<Compute> {
  const compute = await provisioning.suspendCompute(context, which);
  const connections = await liveConnections.list({ computeId: compute.id, phase: 'relaying' });
  const idle = connections.filter(({ transactionStatus }) => transactionStatus === 'I');
  const ending = { reason: 'the compute was suspended', by: 'suspend' };
  await Promise.all(idle.map(({ id }) => liveConnections.end(id, ending)));
  return compute;
}
