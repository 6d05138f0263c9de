// Turns the parameters of a route's path into catalogue ids.

import type { BranchId, ProjectId } from '../../../ids.ts';

export function placeOf(params: { readonly project_id: ProjectId; readonly branch_id: BranchId }) {
  return { projectId: params.project_id, branchId: params.branch_id };
}
