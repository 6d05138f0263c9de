// Operations as the API lists them: what Postern does to a project, with the outcome. Operations on
// a host are written by the journal; those that only change the catalogue are written here.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import {
  type AccountId,
  type BranchId,
  type ComputeId,
  newOperationId,
  type OperationId,
  type ProjectId,
} from '../../ids.ts';
import { notFound, requireMay } from '../rights/permissions.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodeCursor, type Page, type PageRequest, pageOf } from '../store/keyset-pages.ts';
import { missing } from '../store/store-errors.ts';
import type { OperationsTable } from '../tables/projects-and-computes.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { findProject, projectResource } from './projects.ts';

// Neon API 2.7.3: the values of OperationAction and OperationStatus that occur here
export const OPERATION_ACTIONS = [
  'create_compute',
  'create_timeline',
  'delete_timeline',
  'start_compute',
  'suspend_compute',
  'apply_config',
  'check_availability',
] as const;
export type OperationAction = (typeof OPERATION_ACTIONS)[number];
export type OperationStatus = 'running' | 'finished' | 'failed';

export type Operation = ReturnType<typeof operationFrom>;

type OperationRow = Omit<
  Selectable<OperationsTable>,
  'account_id' | 'purpose' | 'host_id' | 'details' | 'requested_by' | 'owner_token' | 'owner_node_id' | 'take_over_at'
> & { readonly take_over_at?: Date | null };

export interface NewOperation {
  /** The owner of the project, whose people may read the operation after the project is gone. */
  readonly accountId?: AccountId;
  readonly projectId: ProjectId;
  readonly branchId: BranchId | null;
  readonly computeId: ComputeId | null;
  readonly action: OperationAction;
  /** `finished` for completed operations. */
  readonly status: OperationStatus;
  readonly error?: string | null;
  readonly totalDurationMs?: number;
}

/** Writes an operation that is not journaled, once it is complete. */
export async function createOperation(catalogue: Pick<Catalogue, 'db' | 'clock'>, input: NewOperation) {
  const now = catalogue.clock.now();
  const row = {
    id: newOperationId(),
    project_id: input.projectId,
    account_id: input.accountId,
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

/** Adds the branch to the operation that created a project, and an operation for its compute. */
export async function recordFirstCompute(
  catalogue: Pick<Catalogue, 'db' | 'clock'>,
  { operationId, projectId }: { readonly operationId: OperationId; readonly projectId: ProjectId },
): Promise<Operation> {
  const { db } = catalogue;
  const compute = await db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select(['computes.id', 'branch_id', 'account_id'])
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  const { id: computeId, branch_id: branchId, account_id: accountId } = compute;
  await db.updateTable('operations').set({ branch_id: branchId }).where('id', '=', operationId).execute();
  return createOperation(catalogue, {
    accountId,
    projectId,
    branchId,
    computeId,
    action: 'create_compute',
    status: 'finished',
  });
}

/** The project's operations, newest first. */
export async function listOperations(
  catalogue: Catalogue,
  context: AuditContext,
  request: PageRequest & { readonly projectId: ProjectId },
): Promise<Page<Operation>> {
  await requireReader(catalogue, context, request.projectId);
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

export async function getOperation(
  catalogue: Catalogue,
  context: AuditContext,
  { projectId, operationId }: { readonly projectId: ProjectId; readonly operationId: OperationId },
): Promise<Operation> {
  await requireReader(catalogue, context, projectId);
  const row = await catalogue.db
    .selectFrom('operations')
    .selectAll()
    .where('id', '=', operationId)
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow(() => missing(`operation "${operationId}"`));
  return operationFrom(row);
}

/** The account's people may also read the operations of a project that is gone or not yet there. */
async function requireReader(catalogue: Catalogue, { actor }: AuditContext, projectId: ProjectId): Promise<void> {
  const place = (await findProject(catalogue.db, projectId)) ?? (await findAccountOf(catalogue, projectId));
  if (place === null) throw notFound({ kind: 'project', projectId });
  requireMay(actor, 'project.read_operations', projectResource(catalogue, { ...place, id: projectId }));
}

async function findAccountOf({ db }: Catalogue, projectId: ProjectId): Promise<{ accountId: AccountId } | null> {
  const row = await db
    .selectFrom('operations')
    .select('account_id')
    .where('project_id', '=', projectId)
    .where('account_id', 'is not', null)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.account_id == null ? null : { accountId: row.account_id };
}

/** `retryAt`: when an operation that failed is tried again; null for any other. */
export function operationFrom(row: OperationRow) {
  const { id, project_id, branch_id, compute_id, action, status, error, failures_count, take_over_at = null } = row;
  const { total_duration_ms, created_at, updated_at } = row;
  const outcome = { action, status, error, failures_count, total_duration_ms, created_at, updated_at };
  const retryAt = status === 'running' && failures_count > 0 ? take_over_at : null;
  return { ...camelRow({ id, project_id, branch_id, compute_id, ...outcome }), retryAt };
}
