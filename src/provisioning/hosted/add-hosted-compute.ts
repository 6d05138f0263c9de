// Computes of a hosted project besides its first: adding a read-only one, and removing one.

import { getBranch, requireUnprotected } from '../../catalogue/projects/branches.ts';
import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { deleteCompute, getCompute, listComputes } from '../../catalogue/projects/computes.ts';
import { createCompute, type NewCompute } from '../../catalogue/projects/create-compute.ts';
import { getProject } from '../../catalogue/projects/projects.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { BranchId, ComputeId, ProjectId } from '../../ids.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';

export type HostedComputeInput = Pick<
  NewCompute,
  | 'type'
  | 'name'
  | 'passwordlessAccess'
  | 'isDisabled'
  | 'autoscalingMinCu'
  | 'autoscalingMaxCu'
  | 'suspendTimeoutSeconds'
> & { readonly projectId: ProjectId; readonly branchId: BranchId };

/** A read-only compute. Throws `conflict` for a second that writes, `not_offered`, `plan_gate`. */
export async function addHostedCompute(parts: ProvisioningParts, context: AuditContext, input: HostedComputeInput) {
  const { catalogue, hosts } = parts;
  const project = await getProject(catalogue, context, { projectId: input.projectId, action: 'compute.create' });
  const branch = await getBranch(catalogue.db, input);
  const computes = await listComputes(catalogue, project.id);
  const hosted = computes.find((compute) => compute.hostId !== null);
  if (hosted?.hostId == null) throw new PosternError('attached_compute_address');
  if (input.type === 'read_write') throw new PosternError('read_write_compute_exists');
  const { id: hostId, address } = await hosts.get(hosted.hostId);
  return createCompute(catalogue, context, {
    ...input,
    project,
    branchId: branch.id,
    state: input.isDisabled === true ? 'idle' : 'active',
    hostId,
    ...address,
    isListed: true,
    policy: { readOnlyOnly: true },
  });
}

/** Throws `conflict`, also below a protected branch. */
export async function removeCompute(
  { catalogue }: ProvisioningParts,
  context: AuditContext,
  place: { readonly computeId: ComputeId; readonly projectId?: ProjectId },
): Promise<Compute> {
  const { compute } = await getCompute(catalogue, context, { ...place, action: 'compute.delete' });
  await requireUnprotected(catalogue.db, compute.projectId);
  if (compute.hostId !== null && compute.type === 'read_write') throw new PosternError('compute_holds_databases');
  return deleteCompute(catalogue, context, place);
}
