// Routes of Neon's branching, which is not offered: 422 after the permission check.

import { getProject } from '../../../catalogue/projects/projects.ts';
import { ERRORS } from '../../../error-table/error-table.ts';
import { PosternError } from '../../../errors.ts';
import { apiErrorSchema } from '../call/api-errors.ts';
import { type ApiMethod, type ApiRoute, apiRoute } from '../call/api-route.ts';
import { projectParams } from '../call/field-shapes.ts';
import { branchParams } from '../shapes/branch-shape.ts';

export const createBranchRoute = notOffered('post', '/projects/{project_id}/branches', 'createProjectBranch');
export const deleteBranchRoute = notOffered(
  'delete',
  '/projects/{project_id}/branches/{branch_id}',
  'deleteProjectBranch',
);
export const restoreBranchRoute = notOffered(
  'post',
  '/projects/{project_id}/branches/{branch_id}/restore',
  'restoreProjectBranch',
);
export const setDefaultBranchRoute = notOffered(
  'post',
  '/projects/{project_id}/branches/{branch_id}/set_as_default',
  'setDefaultProjectBranch',
);

function notOffered(method: ApiMethod, path: string, operationId: string): ApiRoute {
  return apiRoute({
    method,
    path,
    operationId,
    summary: `Refused: ${ERRORS.branching_not_offered.message}`,
    tag: 'Branches',
    params: path.includes('{branch_id}') ? branchParams : projectParams,
    status: 422,
    reply: apiErrorSchema,
    perform: async ({ catalogue, context }, { params }) => {
      await getProject(catalogue, context, { projectId: params.project_id, action: 'branch.change' });
      throw new PosternError('branching_not_offered');
    },
  });
}
