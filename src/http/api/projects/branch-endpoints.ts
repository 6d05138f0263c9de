// Branches: each project has one, which can be renamed and protected. Further ones cannot be
// created.

import { z } from 'zod';
import { changeBranch } from '../../../actions/projects/change-project.ts';
import { type Branch, getBranch, listBranches } from '../../../catalogue/projects/branches.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { foreignCursor } from '../../../catalogue/store/keyset-pages.ts';
import { PosternError } from '../../../errors.ts';
import type { BranchId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { nameField, projectParams, timeField } from '../call/field-shapes.ts';
import { cursorPaginationOf, cursorPaginationShape } from '../call/pages.ts';
import { cursorField, limitField, searchField, sortOrderField } from '../call/query-fields.ts';
import { annotationShape, branchOnWire, branchParams, branchShape, emptyAnnotation } from '../shapes/branch-shape.ts';
import { operationShape } from '../shapes/operation-shape.ts';

export const listBranchesRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches',
  operationId: 'listProjectBranches',
  summary: 'The branch of a project',
  tag: 'Branches',
  params: projectParams,
  query: z.object({
    search: searchField,
    sort_by: z.enum(['name', 'created_at', 'updated_at']).default('updated_at'),
    sort_order: sortOrderField,
    cursor: cursorField,
    limit: limitField({ byDefault: 10_000, most: 10_000 }),
  }),
  status: 200,
  reply: z.object({
    branches: z.array(branchShape),
    annotations: z.record(z.string(), annotationShape),
    pagination: cursorPaginationShape.optional(),
  }),
  perform: async (call, { params, query }) => {
    const found = await searchBranches(call, params.project_id, query.search);
    const { cursor, limit, sort_by, sort_order } = query;
    const page = found.slice(placeAfter(found, cursor), placeAfter(found, cursor) + limit);
    const next = page.length >= limit ? (page.at(-1)?.id ?? null) : null;
    return {
      branches: await Promise.all(page.map((branch) => branchOnWire(call, branch))),
      annotations: {},
      ...cursorPaginationOf(next, { sort_by, sort_order }),
    };
  },
});

export const countBranchesRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/count',
  operationId: 'countProjectBranches',
  summary: 'How many branches a project has',
  tag: 'Branches',
  params: projectParams,
  query: z.object({ search: searchField }),
  status: 200,
  reply: z.object({ count: z.int() }),
  perform: async (call, { params, query }) => ({
    count: (await searchBranches(call, params.project_id, query.search)).length,
  }),
});

export const getBranchRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}',
  operationId: 'getProjectBranch',
  summary: 'A branch',
  tag: 'Branches',
  params: branchParams,
  status: 200,
  reply: z.object({ branch: branchShape, annotation: annotationShape }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    return { branch: await branchOnWire(call, branch), annotation: emptyAnnotation(branch) };
  },
});

export const changeBranchRoute = apiRoute({
  method: 'patch',
  path: '/projects/{project_id}/branches/{branch_id}',
  operationId: 'updateProjectBranch',
  summary: 'Renames or protects a branch',
  tag: 'Branches',
  params: branchParams,
  body: z.object({
    branch: z.object({
      name: nameField.optional(),
      protected: z.boolean().optional(),
      expires_at: timeField.nullish().meta({ description: 'The default branch never expires: accepted as null.' }),
    }),
  }),
  status: 200,
  reply: z.object({ branch: branchShape, operations: z.array(operationShape) }),
  perform: async (call, { params, body }) => {
    refuseExpiry(body.branch.expires_at);
    const branch = await changeBranch(call, call.context, {
      projectId: params.project_id,
      branchId: params.branch_id,
      name: body.branch.name,
      isProtected: body.branch.protected,
    });
    return { branch: await branchOnWire(call, branch), operations: [] };
  },
});

/** A cursor is the id of the last branch on the previous page. */
function placeAfter(branches: readonly Branch[], cursor = ''): number {
  if (cursor === '') return 0;
  const place = branches.findIndex(({ id }) => id === cursor);
  if (place === -1) throw foreignCursor();
  return place + 1;
}

function refuseExpiry(expiresAt: string | null | undefined): void {
  if (expiresAt === null || expiresAt === undefined) return;
  throw new PosternError('default_branch_expiry');
}

/** A branch of a project that the caller may see. Throws `not_found`. */
export async function visibleBranch(
  { catalogue, context }: ApiCall,
  { project_id: projectId, branch_id: branchId }: { project_id: ProjectId; branch_id: BranchId },
): Promise<Branch> {
  await getProject(catalogue, context, { projectId });
  return getBranch(catalogue.db, { projectId, branchId });
}

async function searchBranches({ catalogue, context }: ApiCall, projectId: ProjectId, search = ''): Promise<Branch[]> {
  await getProject(catalogue, context, { projectId });
  const wanted = search.trim().toLowerCase();
  const branches = await listBranches(catalogue, projectId);
  return branches.filter(({ name, id }) => name.toLowerCase().includes(wanted) || id.includes(wanted));
}
