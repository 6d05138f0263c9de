// Reads consumption from the frames. Permissions and plans are checked elsewhere.

import { sql } from 'kysely';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AccountId, ProjectId } from '../../ids.ts';
import {
  type BillingPeriodTotals,
  type ConsumptionFrame,
  type ConsumptionRange,
  type ConsumptionTotals,
  FIGURES_OF_METRIC,
  type Granularity,
  type PeriodFrames,
  type PlanPeriod,
} from './consumption-figures.ts';
import { FRAME_SIZE_OF, frameEnd, frameStart } from './frame-bounds.ts';

export type ConsumptionHistory = ReturnType<typeof createConsumptionHistory>;

export function createConsumptionHistory(catalogue: Catalogue) {
  return {
    /** All projects together, deleted ones included. Periods and their frames ascend. */
    readAccount: async (accountId: AccountId, range: ConsumptionRange): Promise<readonly PeriodFrames[]> => {
      const rows = await accountFramesQuery(catalogue, accountId, range).execute();
      return inPeriods(rows, await findPeriods(catalogue, rows), range.granularity);
    },
    /** For the time that the account owned them; projects without figures are absent. */
    readProjects: async (
      accountId: AccountId,
      projectIds: readonly ProjectId[],
      range: ConsumptionRange,
    ): Promise<ReadonlyMap<ProjectId, readonly PeriodFrames[]>> => {
      const rows = await projectFramesQuery(catalogue, { accountId, projectIds }, range).execute();
      const periods = await findPeriods(catalogue, rows);
      const byProject = groupBy(rows, (row) => row.project_id);
      return new Map([...byProject].map(([id, ownRows]) => [id, inPeriods(ownRows, periods, range.granularity)]));
    },
    /** The calendar month, in UTC. A project without figures is absent. */
    readBillingPeriod: async (
      projectIds: readonly ProjectId[],
    ): Promise<ReadonlyMap<ProjectId, BillingPeriodTotals>> => {
      const rows = await billingPeriodQuery(catalogue, projectIds).execute();
      return new Map(rows.map((row) => [row.project_id, { ...totalsOf(row), updatedAt: row.updatedAt }]));
    },
  };
}

/** One row per period and frame, ascending. */
export function accountFramesQuery(catalogue: Catalogue, accountId: AccountId, range: ConsumptionRange) {
  return framesQuery(catalogue, range).where('account_id', '=', accountId);
}

/** One row per project, period and frame, ascending. */
export function projectFramesQuery(
  catalogue: Catalogue,
  { accountId, projectIds }: { readonly accountId: AccountId; readonly projectIds: readonly ProjectId[] },
  range: ConsumptionRange,
) {
  return framesQuery(catalogue, range)
    .select('project_id')
    .groupBy('project_id')
    .where(sql<boolean>`project_id = any(${projectIds})`)
    .where('account_id', '=', accountId);
}

/** A month on two plans has two frames for each compute; the sizes are the later one's. */
export function billingPeriodQuery({ db, clock }: Catalogue, projectIds: readonly ProjectId[]) {
  const isLatest = sql`updated_at = latest_at`;
  return db
    .with('frames', (query) =>
      query
        .selectFrom('consumption_frames')
        .selectAll()
        .select(sql<Date>`max(updated_at) over (partition by compute_id)`.as('latest_at'))
        .where(sql<boolean>`project_id = any(${projectIds})`)
        .where('granularity', '=', 'month')
        .where('frame_start', '=', frameStart('month', clock.now())),
    )
    .selectFrom('frames')
    .select(['project_id', ...FLOWS])
    .select([
      sql<number>`sum(logical_size_bytes) filter (where ${isLatest})::float8`.as('logicalSizeBytes'),
      sql<number>`sum(synthetic_storage_size_bytes) filter (where ${isLatest})::float8`.as('syntheticStorageSizeBytes'),
      sql<Date>`max(updated_at)`.as('updatedAt'),
    ])
    .groupBy('project_id');
}

function framesQuery({ db }: Catalogue, { granularity, from, to }: ConsumptionRange) {
  const size = FRAME_SIZE_OF[granularity];
  return db
    .selectFrom('consumption_frames')
    .select(['period_id', 'frame_start', ...FLOWS, UNMEASURED_METRICS])
    .select([
      sql<number>`sum(logical_size_bytes)::float8`.as('logicalSizeBytes'),
      sql<number>`sum(synthetic_storage_size_bytes)::float8`.as('syntheticStorageSizeBytes'),
    ])
    .where('granularity', '=', size)
    .where('frame_start', '>=', frameStart(size, from))
    .where('frame_start', '<', frameStart(size, to))
    .groupBy(['period_id', 'frame_start'])
    .orderBy('frame_start');
}

interface FrameOfPeriod extends ConsumptionTotals {
  readonly period_id: string;
  readonly frame_start: Date;
  readonly unmeasuredMetrics: string;
}

async function findPeriods({ db }: Catalogue, frames: readonly FrameOfPeriod[]): Promise<PlanPeriod[]> {
  const ids = [...new Set(frames.map((frame) => frame.period_id))];
  const rows = await db
    .selectFrom('plan_periods')
    .selectAll()
    .where(sql<boolean>`id = any(${ids})`)
    .orderBy('started_at')
    .execute();
  return rows.map((row) => ({ id: row.id, plan: row.plan, start: row.started_at, end: row.ended_at }));
}

function inPeriods(rows: readonly FrameOfPeriod[], periods: readonly PlanPeriod[], granularity: Granularity) {
  const byPeriod = groupBy(rows, (row) => row.period_id);
  return periods.flatMap((period) => {
    const frames = byPeriod.get(period.id) ?? [];
    return frames.length === 0 ? [] : [{ period, frames: frames.map((frame) => frameFrom(frame, granularity)) }];
  });
}

function frameFrom(row: FrameOfPeriod, granularity: Granularity): PeriodFrames['frames'][number] {
  return {
    ...totalsOf(row),
    start: row.frame_start,
    end: frameEnd(FRAME_SIZE_OF[granularity], row.frame_start),
    unmeasured: unmeasuredFigures(row.unmeasuredMetrics),
  };
}

type Figure = keyof ConsumptionTotals;

const HOUR_MS = 3_600_000;

/** Summed in floating point, which is as exact as JSON's numbers. */
export const FLOWS = [
  flow('active_time_ms', { perUnit: 1_000, as: 'activeTimeSeconds' }),
  flow('compute_time_ms', { perUnit: 1_000, as: 'computeTimeSeconds' }),
  flow('written_data_bytes', { perUnit: 1, as: 'writtenDataBytes' }),
  flow('data_transfer_bytes', { perUnit: 1, as: 'dataTransferBytes' }),
  flow('logical_size_byte_ms', { perUnit: HOUR_MS, as: 'logicalSizeByteHours' }),
  flow('synthetic_storage_byte_ms', { perUnit: HOUR_MS, as: 'storageByteHours' }),
] as const;

function flow<Name extends Figure>(column: string, { perUnit, as }: { perUnit: number; as: Name }) {
  return sql<number>`sum(${sql.ref(column)})::float8 / ${sql.lit(perUnit)}`.as(as);
}

/** Metric names separated by spaces. */
export const UNMEASURED_METRICS = sql<string>`string_agg(array_to_string(unmeasured_metrics, ' '), ' ')`.as(
  'unmeasuredMetrics',
);

/** The figures that are missing when the given metrics were not measured. */
export function unmeasuredFigures(metrics: string): ConsumptionFrame['unmeasured'] {
  const names = new Set(metrics.split(' '));
  return Object.entries(FIGURES_OF_METRIC).flatMap(([metric, figures]) => (names.has(metric) ? [...figures] : []));
}

/** Picks the totals out of a row that has more columns. */
function totalsOf(row: ConsumptionTotals): ConsumptionTotals {
  const { activeTimeSeconds, computeTimeSeconds, writtenDataBytes, dataTransferBytes } = row;
  const { logicalSizeBytes, syntheticStorageSizeBytes, logicalSizeByteHours, storageByteHours } = row;
  const flows = { activeTimeSeconds, computeTimeSeconds, writtenDataBytes, dataTransferBytes };
  return { ...flows, logicalSizeBytes, syntheticStorageSizeBytes, logicalSizeByteHours, storageByteHours };
}

/** As `Map.groupBy` does in later versions of Node.js. */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
