// Operations: what Postern did to a project for real, with its outcome. Provisioning writes them; the API lists them.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type BranchId, type ComputeId, newOperationId, type OperationId, type ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodeCursor, type Page, type PageRequest, pageOf } from '../store/keyset-pages.ts';
import type { OperationsTable } from '../tables/projects-and-computes.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { getProject } from './projects.ts';

// Neon API 2.7.3: OperationAction and OperationStatus, as far as they happen here
export const OPERATION_ACTIONS = [
  'create_compute',
  'create_timeline',
  'start_compute',
  'suspend_compute',
  'apply_config',
  'check_availability',
] as const;
export type OperationAction = (typeof OPERATION_ACTIONS)[number];
export type OperationStatus = 'running' | 'finished' | 'failed';

export interface Operation {
  readonly id: OperationId;
  readonly projectId: ProjectId;
  readonly branchId: BranchId | null;
  readonly computeId: ComputeId | null;
  readonly action: string;
  readonly status: string;
  readonly error: string | null;
  readonly failuresCount: number;
  readonly totalDurationMs: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewOperation {
  readonly projectId: ProjectId;
  readonly branchId: BranchId | null;
  readonly computeId: ComputeId | null;
  readonly action: OperationAction;
  /** `finished` for what is done already. */
  readonly status: OperationStatus;
  readonly error?: string | null;
  readonly totalDurationMs?: number;
}

/** Writes an operation that begins, or one that is over. */
export async function createOperation(catalogue: Catalogue, input: NewOperation): Promise<Operation> {
  const now = catalogue.clock.now();
  const row: OperationsTable = {
    id: newOperationId(),
    project_id: input.projectId,
    branch_id: input.branchId,
    compute_id: input.computeId,
    action: input.action,
    status: input.status,
    error: input.error ?? null,
    failures_count: input.status === 'failed' ? 1 : 0,
    total_duration_ms: Math.round(input.totalDurationMs ?? 0),
    created_at: now,
    updated_at: now,
  };
  await catalogue.db.insertInto('operations').values(row).execute();
  return operationFrom(row);
}

/** Ends a running operation. Throws `not_found` when its project is gone. */
export async function finishOperation(
  catalogue: Catalogue,
  end: { readonly operationId: OperationId; readonly status: 'finished' | 'failed'; readonly error?: string | null },
): Promise<Operation> {
  const now = catalogue.clock.now();
  const row = await catalogue.db
    .updateTable('operations')
    .set({
      status: end.status,
      error: end.error ?? null,
      failures_count: end.status === 'failed' ? 1 : 0,
      total_duration_ms: sql<number>`greatest(0, extract(epoch from ${now}::timestamptz - created_at) * 1000)::integer`,
      updated_at: now,
    })
    .where('id', '=', end.operationId)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw operationNotFound(end.operationId);
  return operationFrom(row);
}

/** The project's operations, newest first. Throws `forbidden`, `not_found`, `invalid_input`. */
export async function listOperations(
  catalogue: Catalogue,
  context: AuditContext,
  request: PageRequest & { readonly projectId: ProjectId },
): Promise<Page<Operation>> {
  await getProject(catalogue, context, { projectId: request.projectId, action: 'project.read_operations' });
  const list = `operations ${request.projectId}`;
  const after = decodeCursor(list, request.cursor);
  const rows = await catalogue.db
    .selectFrom('operations')
    .selectAll()
    .where('project_id', '=', request.projectId)
    .$if(after !== null, (query) => query.where(sql<boolean>`(created_at, id) < (${after?.at}, ${after?.id})`))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
  const page = { list, items: rows.map(operationFrom), limit: request.limit };
  return pageOf(page, (operation) => ({ at: operation.createdAt, id: operation.id }));
}

/** One operation of the project. Throws `forbidden`, `not_found`. */
export async function getOperation(
  catalogue: Catalogue,
  context: AuditContext,
  { projectId, operationId }: { readonly projectId: ProjectId; readonly operationId: OperationId },
): Promise<Operation> {
  await getProject(catalogue, context, { projectId, action: 'project.read_operations' });
  const row = await catalogue.db
    .selectFrom('operations')
    .selectAll()
    .where('id', '=', operationId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (row === undefined) throw operationNotFound(operationId);
  return operationFrom(row);
}

function operationNotFound(operationId: OperationId): PosternError {
  return new PosternError('not_found', { params: { thing: `operation "${operationId}"` } });
}

function operationFrom(row: Selectable<OperationsTable>): Operation {
  return {
    id: row.id,
    projectId: row.project_id,
    branchId: row.branch_id,
    computeId: row.compute_id,
    action: row.action,
    status: row.status,
    error: row.error,
    failuresCount: row.failures_count,
    totalDurationMs: row.total_duration_ms,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
