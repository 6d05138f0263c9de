// Where in a project a route's path leads, in the catalogue's words.

import type { BranchId, ProjectId } from '../../../ids.ts';

export function placeOf(params: { readonly project_id: ProjectId; readonly branch_id: BranchId }) {
  return { projectId: params.project_id, branchId: params.branch_id };
}
