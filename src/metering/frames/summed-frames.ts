// Sums of frames over computes, as the catalogue computes them, and their conversion to figures.

import { type AliasedRawBuilder, sql } from 'kysely';
import { type ConsumptionFrame, type ConsumptionTotals, FIGURES_OF_METRIC } from './consumption-figures.ts';

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

function flow<Name extends Figure>(
  column: string,
  { perUnit, as }: { readonly perUnit: number; readonly as: Name },
): AliasedRawBuilder<number, Name> {
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
export function totalsOf(row: ConsumptionTotals): ConsumptionTotals {
  return {
    activeTimeSeconds: row.activeTimeSeconds,
    computeTimeSeconds: row.computeTimeSeconds,
    writtenDataBytes: row.writtenDataBytes,
    dataTransferBytes: row.dataTransferBytes,
    logicalSizeBytes: row.logicalSizeBytes,
    syntheticStorageSizeBytes: row.syntheticStorageSizeBytes,
    logicalSizeByteHours: row.logicalSizeByteHours,
    storageByteHours: row.storageByteHours,
  };
}
