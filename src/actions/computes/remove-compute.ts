// Removing a compute of a project.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../catalogue-action.ts';

/**
 * Removes a compute with its access tokens, grants and live connections; databases stay. Throws
 * `conflict` for the one that holds a hosted project's databases, `forbidden`, `not_found`.
 */
export async function removeCompute(
  { provisioning, liveConnections }: AccessEnders & Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  which: { readonly computeId: ComputeId; readonly projectId: ProjectId },
): Promise<Compute> {
  const compute = await provisioning.removeCompute(context, which);
  await liveConnections.endNow();
  return compute;
}
