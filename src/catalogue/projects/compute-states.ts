// The state of a compute (initialising, active or idle) and its last use. Transitions are
// compare-and-set, so that only one of two nodes wakes or suspends it; starting and stopping the
// server is up to provisioning.

import type { Transaction } from 'kysely';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type Compute, computeFrom } from './compute-rows.ts';

export type ComputeState = Compute['state'];

/** Null when the state is not `from` any more or the compute is gone. */
export async function moveComputeState(
  catalogue: Pick<Catalogue, 'db' | 'clock'>,
  move: { readonly computeId: ComputeId; readonly from: readonly ComputeState[]; readonly to: ComputeState },
): Promise<Compute | null> {
  const now = catalogue.clock.now();
  const row = await catalogue.db
    .updateTable('computes')
    .set({
      state: move.to,
      updated_at: now,
      ...(move.to === 'active' ? { started_at: now, last_active_at: now } : {}),
      ...(move.to === 'idle' ? { suspended_at: now } : {}),
    })
    .where('id', '=', move.computeId)
    .where('state', 'in', move.from)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : computeFrom(row);
}

/** The project's computes, locked until the transaction ends. */
export async function lockComputes(tx: Transaction<Schema>, projectId: ProjectId): Promise<Compute[]> {
  const rows = await tx
    .selectFrom('computes')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('ordinal')
    .forUpdate()
    .execute();
  return rows.map(computeFrom);
}

/** Records that the computes are in use now. */
export async function touchComputes(catalogue: Catalogue, computeIds: readonly ComputeId[]): Promise<void> {
  if (computeIds.length === 0) return;
  const now = catalogue.clock.now();
  await catalogue.db.updateTable('computes').set({ last_active_at: now }).where('id', 'in', computeIds).execute();
}

/** Updates the computes of a host whose address changed. */
export async function moveHostedComputes(
  catalogue: Catalogue,
  host: { readonly hostId: string; readonly host: string; readonly port: number },
): Promise<void> {
  await catalogue.db
    .updateTable('computes')
    .set({ host: host.host, port: host.port })
    .where('host_id', '=', host.hostId)
    .where((expression) => expression.or([expression('host', '<>', host.host), expression('port', '<>', host.port)]))
    .execute();
}
