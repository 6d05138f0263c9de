// Branches: each project has one, which can be renamed and protected. No others can be created.

import { z } from 'zod';
import { changeBranch } from '../../../actions/projects/change-project.ts';
import { type Branch, getBranch, listBranches } from '../../../catalogue/projects/branches.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { foreignCursor } from '../../../catalogue/store/keyset-pages.ts';
import { ERRORS } from '../../../error-table/error-table.ts';
import { PosternError } from '../../../errors.ts';
import type { BranchId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiErrorSchema } from '../call/api-errors.ts';
import { type ApiMethod, apiRoute, tagged } from '../call/api-route.ts';
import { countField, idField, namedIdField, nameField, projectParams, timeField } from '../call/field-shapes.ts';
import {
  cursorField,
  cursorPaginationOf,
  cursorPaginationShape,
  limitField,
  searchField,
  sortOrderField,
} from '../call/lists.ts';
import { onWire } from '../call/on-wire.ts';
import { operationShape } from './operation-endpoints.ts';
import { counterFields, countersOf } from './project-shape.ts';

// Neon API 2.7.3: Branch; `primary` was required in 2024
export const branchShape = z
  .object({
    id: namedIdField,
    project_id: namedIdField,
    name: z.string(),
    current_state: z.string(),
    state_changed_at: timeField,
    creation_source: z.string(),
    default: z.boolean(),
    primary: z.boolean(),
    protected: z.boolean(),
    cpu_used_sec: countField,
    ...counterFields,
    logical_size: countField.optional(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Branch' });

// Neon API 2.7.3: AnnotationData; nothing is annotated here
const annotationShape = z
  .object({ object: z.object({ type: z.string(), id: z.string() }), value: z.record(z.string(), z.string()) })
  .meta({ id: 'Annotation' });

export const branchParams = projectParams.extend({ branch_id: idField<BranchId>() });

export async function branchOnWire(call: ApiCall, branch: Branch): Promise<z.input<typeof branchShape>> {
  const totals = await call.consumption.readBillingPeriod([branch.projectId]);
  return onWire(branchShape, {
    ...branch,
    ...countersOf(totals.get(branch.projectId)),
    currentState: 'ready',
    stateChangedAt: branch.createdAt,
    creationSource: 'postern',
    default: branch.isDefault,
    primary: branch.isDefault,
    protected: branch.isProtected,
  });
}

export const BRANCH_ROUTES = tagged('Branches', [
  apiRoute('get', '/projects/{project_id}/branches', {
    operationId: 'listProjectBranches',
    summary: 'The branch of a project',
    params: projectParams,
    query: z.object({
      search: searchField,
      sort_by: z.enum(['name', 'created_at', 'updated_at']).default('updated_at'),
      sort_order: sortOrderField,
      cursor: cursorField,
      limit: limitField({ byDefault: 10_000, most: 10_000 }),
    }),
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
  }),
  apiRoute('get', '/projects/{project_id}/branches/count', {
    operationId: 'countProjectBranches',
    summary: 'How many branches a project has',
    params: projectParams,
    query: z.object({ search: searchField }),
    reply: z.object({ count: z.int() }),
    perform: async (call, { params, query }) => ({
      count: (await searchBranches(call, params.project_id, query.search)).length,
    }),
  }),
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}', {
    operationId: 'getProjectBranch',
    summary: 'A branch',
    params: branchParams,
    reply: z.object({ branch: branchShape, annotation: annotationShape }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      return {
        branch: await branchOnWire(call, branch),
        annotation: { object: { type: 'console/branch', id: branch.id }, value: {} },
      };
    },
  }),
  apiRoute('patch', '/projects/{project_id}/branches/{branch_id}', {
    operationId: 'updateProjectBranch',
    summary: 'Renames or protects a branch',
    params: branchParams,
    body: z.object({
      branch: z.object({
        name: nameField.optional(),
        protected: z.boolean().optional(),
        expires_at: timeField.nullish().meta({ description: 'The default branch never expires: accepted as null.' }),
      }),
    }),
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
  }),
  notOffered('post', '/projects/{project_id}/branches', 'createProjectBranch'),
  notOffered('delete', '/projects/{project_id}/branches/{branch_id}', 'deleteProjectBranch'),
  notOffered('post', '/projects/{project_id}/branches/{branch_id}/restore', 'restoreProjectBranch'),
  notOffered('post', '/projects/{project_id}/branches/{branch_id}/set_as_default', 'setDefaultProjectBranch'),
]);

/** A route of Neon's branching: 422 after the permission check. */
function notOffered(method: ApiMethod, path: string, operationId: string) {
  return apiRoute(method, path, {
    operationId,
    summary: `Refused: ${ERRORS.branching_not_offered.message}`,
    params: path.includes('{branch_id}') ? branchParams : projectParams,
    status: 422,
    reply: apiErrorSchema,
    perform: async ({ catalogue, context }, { params }) => {
      await getProject(catalogue, context, { projectId: params.project_id, action: 'branch.change' });
      throw new PosternError('branching_not_offered');
    },
  });
}

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
