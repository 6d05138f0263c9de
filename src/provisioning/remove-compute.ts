// Removes a compute. The one that holds a hosted project's databases goes with its project.

import type { Compute } from '../catalogue/projects/compute-rows.ts';
import { deleteCompute, getCompute } from '../catalogue/projects/computes.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import type { ProvisioningParts } from './hosts/provisioning-parts.ts';

/** Throws `conflict`. */
export async function removeCompute(
  { catalogue }: ProvisioningParts,
  context: AuditContext,
  place: { readonly computeId: ComputeId; readonly projectId?: ProjectId },
): Promise<Compute> {
  const { compute } = await getCompute(catalogue, context, { ...place, action: 'compute.delete' });
  if (compute.hostId !== null && compute.type === 'read_write') {
    throw new PosternError('compute_holds_databases');
  }
  return deleteCompute(catalogue, context, place);
}
