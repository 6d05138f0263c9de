// Turns the changes on a server into frames of its computes.

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../catalogue/store/schema.ts';
import type { AccountId, ComputeId } from '../ids.ts';
import { groupBy } from './frames/consumption-history.ts';
import { type FrameRow, frameRows } from './frames/frame-rows.ts';
import type { TimeSpan } from './readings/active-time.ts';
import type { ServerChanges } from './readings/compare-readings.ts';
import { measureCompute } from './readings/measure-compute.ts';
import type { SampledCompute } from './readings/sampled-computes.ts';
import { takeTransfers } from './transfers.ts';

export interface FoldedComputes {
  readonly computes: readonly SampledCompute[];
  readonly inUse: ReadonlySet<ComputeId>;
}

/** Lets the process do other work in between, since a host may have thousands of computes. */
const COMPUTES_AT_ONCE = 300;

export async function foldComputes(
  tx: Transaction<Schema>,
  { computes, inUse }: FoldedComputes,
  server: ServerChanges,
): Promise<ComputeId[]> {
  const usedComputes: ComputeId[] = [];
  const observed = computes.filter((compute) => compute.createdAt < server.span.to);
  for (let start = 0; start < observed.length; start += COMPUTES_AT_ONCE) {
    const some = observed.slice(start, start + COMPUTES_AT_ONCE);
    usedComputes.push(...(await foldSome(tx, { computes: some, inUse }, server)));
  }
  return usedComputes;
}

async function foldSome(tx: Transaction<Schema>, { computes, inUse }: FoldedComputes, server: ServerChanges) {
  const ids = computes.map((compute) => compute.id);
  const transfers = await takeTransfers(tx, ids);
  const periods = await planPeriods(tx, [...new Set(computes.map((compute) => compute.accountId))], server.span);
  const measured = computes.flatMap((compute) => {
    const seen = { transferredBytes: transfers.get(compute.id) ?? 0, isInUse: inUse.has(compute.id) };
    const [first, ...later] = periods.get(compute.accountId) ?? [];
    if (first === undefined) return [];
    const measurement = measureCompute(compute, server, seen);
    return [{ compute, measurement, rows: frameRows(compute, measurement, [first, ...later]) }];
  });
  await writeFrames(
    tx,
    measured.flatMap(({ rows }) => rows),
  );
  return measured.flatMap(({ compute, measurement }) => (measurement.wasUsed ? [compute.id] : []));
}

/** The accounts' plan periods that overlap the span, ascending. */
async function planPeriods(tx: Transaction<Schema>, accountIds: readonly AccountId[], { from, to }: TimeSpan) {
  const rows = await tx
    .selectFrom('plan_periods')
    .select(['id', 'account_id as accountId', 'started_at as startedAt'])
    .where(sql<boolean>`account_id = any(${accountIds})`)
    .where('started_at', '<=', to)
    .where((expression) => expression.or([expression('ended_at', 'is', null), expression('ended_at', '>', from)]))
    .orderBy('started_at')
    .execute();
  return groupBy(rows, (row) => row.accountId);
}

/** One JSON parameter, since thousands of single ones would cost more than the rows. */
export async function writeFrames(tx: Transaction<Schema>, rows: readonly FrameRow[]): Promise<void> {
  await sql`
    insert into consumption_frames as frame
    select * from json_populate_recordset(null::consumption_frames, ${JSON.stringify(rows)}::json)
    on conflict (compute_id, granularity, frame_start, period_id) do update set
      active_time_ms = frame.active_time_ms + excluded.active_time_ms,
      compute_time_ms = frame.compute_time_ms + excluded.compute_time_ms,
      written_data_bytes = frame.written_data_bytes + excluded.written_data_bytes,
      data_transfer_bytes = frame.data_transfer_bytes + excluded.data_transfer_bytes,
      logical_size_bytes = excluded.logical_size_bytes,
      synthetic_storage_size_bytes = excluded.synthetic_storage_size_bytes,
      logical_size_byte_ms = frame.logical_size_byte_ms + excluded.logical_size_byte_ms,
      synthetic_storage_byte_ms = frame.synthetic_storage_byte_ms + excluded.synthetic_storage_byte_ms,
      observed_ms = frame.observed_ms + excluded.observed_ms,
      unmeasured_metrics = case
        when excluded.unmeasured_metrics <@ frame.unmeasured_metrics then frame.unmeasured_metrics
        else array(select distinct unnest(frame.unmeasured_metrics || excluded.unmeasured_metrics))
      end,
      updated_at = excluded.updated_at
  `.execute(tx);
}
