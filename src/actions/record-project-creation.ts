// What making a hosted project did for real, as operations that tools can list.

import { createOperation, type Operation } from '../catalogue/projects/operations.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { HostedProject } from '../provisioning/hosted/create-hosted-project.ts';

/** Written when it is done: a project that could not be made has no operations. */
export async function recordProjectCreation(
  catalogue: Catalogue,
  { project, branchId, compute }: HostedProject,
  totalDurationMs: number,
): Promise<Operation[]> {
  const place = { projectId: project.id, branchId, status: 'finished', totalDurationMs } as const;
  return [
    await createOperation(catalogue, { ...place, computeId: null, action: 'create_timeline' }),
    await createOperation(catalogue, { ...place, computeId: compute.id, action: 'create_compute' }),
  ];
}
