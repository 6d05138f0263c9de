// Ends of a journaled operation: finished, failed, postponed, or removed because nothing changed.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { ProjectId } from '../../ids.ts';
import { type Operation, operationFrom } from '../projects/operations.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { leaseEnd, lockOwnedOperation, type OwnedOperation } from './operation-journal.ts';

/** In the transaction of the change, or after everything was undone. Throws OperationTakenOver. */
export async function endOperation(
  tx: Transaction<Schema>,
  { owned, now, error }: { readonly owned: OwnedOperation; readonly now: Date; readonly error: string | null },
): Promise<Operation> {
  await lockOwnedOperation(tx, owned);
  const status = error === null ? 'finished' : 'failed';
  await tx
    .updateTable('operation_steps')
    .set({ status: error === null ? 'finished' : 'cancelled', updated_at: now })
    .where('operation_id', '=', owned.id)
    .where('status', 'in', ['scheduling', 'running'])
    .execute();
  const row = await tx
    .updateTable('operations')
    .set({
      status,
      error,
      ...(error === null ? {} : { failures_count: sql<number>`failures_count + 1` }),
      total_duration_ms: sql<number>`greatest(0, extract(epoch from ${now}::timestamptz - created_at) * 1000)::integer`,
      updated_at: now,
      owner_token: null,
    })
    .where('id', '=', owned.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return operationFrom(row);
}

/** Leaves the operation unfinished with the reason; any node may continue it after a while. */
export async function postponeOperation(
  { db, clock }: Catalogue,
  { owned, error, delayMs }: { readonly owned: OwnedOperation; readonly error: string; readonly delayMs: number },
): Promise<void> {
  await db
    .updateTable('operations')
    .set({
      error,
      failures_count: sql<number>`failures_count + 1`,
      updated_at: clock.now(),
      owner_token: null,
      take_over_at: leaseEnd(delayMs),
    })
    .where('id', '=', owned.id)
    .where('owner_token', '=', owned.token)
    .where('status', '=', 'running')
    .execute();
}

/** Removes an operation that changed nothing, since a refusal is not an operation. */
export async function forgetOperation({ db }: Pick<Catalogue, 'db'>, owned: OwnedOperation): Promise<void> {
  await db.deleteFrom('operations').where('id', '=', owned.id).where('owner_token', '=', owned.token).execute();
}

/** The refusal of a change whose operation another node has taken over. */
export function takenOver(projectId: ProjectId, cause: unknown): PosternError {
  return new PosternError('busy', { params: { thing: `project "${projectId}"` }, cause });
}
