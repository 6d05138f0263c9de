// The journal of operations: what is being done on a host, which node does it, and when another
// node may take it over. The steps and how to undo them are up to provisioning.

import { randomUUID } from 'node:crypto';
import { type RawBuilder, type Selectable, sql, type Transaction } from 'kysely';
import { z } from 'zod';

import {
  type AccountId,
  type BranchId,
  type ComputeId,
  newOperationId,
  type OperationId,
  type ProjectId,
} from '../../ids.ts';
import type { OperationAction } from '../projects/operations.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { OperationPurpose, OperationsTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, auditActor } from '../trail/audit-context.ts';

export interface NewJournaledOperation {
  readonly purpose: OperationPurpose;
  readonly action: OperationAction;
  readonly accountId: AccountId;
  readonly projectId: ProjectId;
  readonly branchId: BranchId | null;
  readonly computeId: ComputeId | null;
  readonly hostId: string;
  /** What a node that takes the operation over needs besides the steps. Never a secret. */
  readonly details: OperationDetails;
}

export type OperationDetails = Readonly<Record<string, string>>;

/** An operation that this node runs: no other node may continue it while the row has this token. */
export interface OwnedOperation {
  readonly id: OperationId;
  readonly token: string;
  readonly purpose: OperationPurpose;
  readonly projectId: ProjectId;
  readonly branchId: BranchId | null;
  readonly hostId: string;
  readonly details: OperationDetails;
  readonly failuresCount: number;
  /** On whose behalf the operation runs; permission was checked when it started. */
  readonly context: AuditContext;
}

/** Another node has taken the operation over, so this one must not touch it any more. */
export class OperationTakenOver extends Error {}

/** The node that runs an operation renews its lease several times before it expires. */
export const LEASE_MS = 10_000;
/** A wake or a suspension may run beside other changes of its project. */
const POWER: readonly OperationPurpose[] = ['start_compute', 'suspend_compute'];

const detailsSchema = z.record(z.string(), z.string());
const requestedBySchema = z.object({
  actorType: z.enum(['person', 'api_key', 'access_token', 'system', 'operator']),
  actorId: z.string().nullable(),
  actorEmail: z.string().nullable(),
  requestId: z.string().nullable(),
  browserIp: z.string().nullable(),
  userAgent: z.string().nullable(),
});

/** Writes the operation as `running`, owned by this node. */
export async function beginOperation(catalogue: Catalogue, context: AuditContext, input: NewJournaledOperation) {
  const now = catalogue.clock.now();
  const { actor, ...request } = context;
  const row = await catalogue.db
    .insertInto('operations')
    .values({
      id: newOperationId(),
      project_id: input.projectId,
      branch_id: input.branchId,
      compute_id: input.computeId,
      action: input.action,
      status: 'running',
      error: null,
      failures_count: 0,
      total_duration_ms: 0,
      created_at: now,
      updated_at: now,
      account_id: input.accountId,
      purpose: input.purpose,
      host_id: input.hostId,
      details: JSON.stringify(input.details),
      requested_by: JSON.stringify({ ...auditActor(actor), ...request }),
      owner_token: randomUUID(),
      owner_node_id: catalogue.nodeId,
      take_over_at: leaseEnd(LEASE_MS),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { ...ownedFrom(row), context };
}

/** Takes over operations whose lease has expired, and failed ones that are due for a retry. */
export async function claimDueOperations(catalogue: Catalogue, limit: number): Promise<OwnedOperation[]> {
  return claim(
    catalogue,
    sql`id in (
      select id from operations where status = 'running' and purpose is not null and take_over_at < now()
      order by take_over_at limit ${limit} for update skip locked)`,
  );
}

/** All of a project except wakes and suspensions; the caller holds the project's lock. */
export async function claimOperationsOf(catalogue: Catalogue, projectId: ProjectId): Promise<OwnedOperation[]> {
  return claim(catalogue, sql`project_id = ${projectId} and purpose <> all(${POWER})`);
}

async function claim(catalogue: Catalogue, which: RawBuilder<unknown>): Promise<OwnedOperation[]> {
  const rows = await catalogue.db
    .updateTable('operations')
    .set({ owner_token: randomUUID(), owner_node_id: catalogue.nodeId, take_over_at: leaseEnd(LEASE_MS) })
    .where('status', '=', 'running')
    .where('purpose', 'is not', null)
    .where(sql<boolean>`${which}`)
    .returningAll()
    .execute();
  return rows.map(ownedFrom);
}

/** Extends the lease by LEASE_MS. False when the operation has ended or was taken over. */
export async function renewOperation({ db }: Catalogue, owned: OwnedOperation): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('operations')
    .set({ take_over_at: leaseEnd(LEASE_MS) })
    .where('id', '=', owned.id)
    .where('owner_token', '=', owned.token)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Locks the operation until the transaction ends. Throws OperationTakenOver. */
export async function lockOwnedOperation(tx: Transaction<Schema>, owned: OwnedOperation): Promise<void> {
  await tx
    .selectFrom('operations')
    .select('id')
    .where('id', '=', owned.id)
    .where('owner_token', '=', owned.token)
    .where('status', '=', 'running')
    .forUpdate()
    .executeTakeFirstOrThrow(() => new OperationTakenOver(owned.id));
}

export function requireBranchId({ id, branchId }: OwnedOperation): BranchId {
  if (branchId === null) throw new Error(`operation ${id} names no branch`);
  return branchId;
}

/** By the server's clock, which all nodes share. */
export function leaseEnd(ms: number) {
  return sql<Date>`now() + ${`${ms} milliseconds`}::interval`;
}

function ownedFrom(row: Selectable<OperationsTable>): OwnedOperation {
  const { purpose, host_id: hostId, owner_token: token } = row;
  if (purpose === null || hostId === null || token === null) throw new Error(`operation ${row.id} is in no journal`);
  const { requestId, browserIp, userAgent, ...onBehalfOf } = requestedBySchema.parse(row.requested_by);
  return {
    id: row.id,
    token,
    purpose,
    projectId: row.project_id,
    branchId: row.branch_id,
    hostId,
    details: detailsSchema.parse(row.details),
    failuresCount: row.failures_count,
    context: { actor: { kind: 'system', onBehalfOf }, requestId, browserIp, userAgent },
  };
}
