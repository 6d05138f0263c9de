// Changes of a hosted project's databases and roles, as the operations that tools can list.

import { performOperation } from '../../catalogue/projects/perform-operation.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import type { Performed } from '../performed.ts';

interface BranchPlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
}

export function applyConfig<Result>(
  catalogue: ActionParts['catalogue'],
  { projectId, branchId }: BranchPlace,
  change: () => Promise<Result>,
): Promise<Performed<Result>> {
  return performOperation(catalogue, { projectId, branchId, action: 'apply_config' }, change);
}
