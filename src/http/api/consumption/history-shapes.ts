// Consumption history on the wire in Neon's first form: a field for each figure.

import { z } from 'zod';
import type {
  ConsumptionFrame,
  ConsumptionTotals,
  PeriodFrames,
} from '../../../metering/frames/consumption-figures.ts';
import { countField, namedIdField, timeField, uuidField } from '../call/field-shapes.ts';

const FIGURES = {
  active_time_seconds: 'activeTimeSeconds',
  compute_time_seconds: 'computeTimeSeconds',
  written_data_bytes: 'writtenDataBytes',
  synthetic_storage_size_bytes: 'syntheticStorageSizeBytes',
  data_storage_bytes_hour: 'storageByteHours',
  logical_size_bytes: 'logicalSizeBytes',
  logical_size_bytes_hour: 'logicalSizeByteHours',
} as const satisfies Readonly<Record<string, keyof ConsumptionTotals>>;

type MetricName = keyof typeof FIGURES;

/** In every frame, requested or not. */
const REQUIRED = [
  'active_time_seconds',
  'compute_time_seconds',
  'written_data_bytes',
  'synthetic_storage_size_bytes',
] as const satisfies readonly MetricName[];

export const metricField = z.enum([
  ...REQUIRED,
  'data_storage_bytes_hour',
  'logical_size_bytes',
  'logical_size_bytes_hour',
]);

// Neon API 2.7.3: ConsumptionHistoryPerTimeframe
const frameShape = z
  .object({
    timeframe_start: timeField,
    timeframe_end: timeField,
    active_time_seconds: countField,
    compute_time_seconds: countField,
    written_data_bytes: countField,
    synthetic_storage_size_bytes: countField,
    data_storage_bytes_hour: countField.optional(),
    logical_size_bytes: countField.optional(),
    logical_size_bytes_hour: countField.optional(),
  })
  .meta({ id: 'ConsumptionFrame' });

export const periodFields = {
  period_id: uuidField,
  period_plan: z.string(),
  period_start: timeField,
  period_end: timeField.optional(),
};

// Neon API 2.7.3: ConsumptionHistoryPerPeriod
export const periodShape = z
  .object({
    ...periodFields,
    consumption: z.array(frameShape),
    unmeasured_metrics: z
      .array(metricField)
      .optional()
      .meta({ description: 'Postern only: sent as 0 because some compute could not yield them.' }),
  })
  .meta({ id: 'ConsumptionPeriod' });

// Neon API 2.7.3: ConsumptionHistoryPerProject
export const projectHistoryShape = z
  .object({ project_id: namedIdField, periods: z.array(periodShape) })
  .meta({ id: 'ProjectConsumptionHistory' });

export function periodOnWire(
  { period, frames }: PeriodFrames,
  asked: readonly MetricName[],
): z.input<typeof periodShape> {
  const metrics = [...new Set([...REQUIRED, ...asked])];
  const unmeasured = metrics.filter((metric) => frames.some((frame) => frame.unmeasured.includes(FIGURES[metric])));
  return {
    ...periodFacts(period),
    consumption: frames.map((frame) => frameOnWire(frame, metrics)),
    ...(unmeasured.length === 0 ? {} : { unmeasured_metrics: unmeasured }),
  };
}

export function periodFacts(period: PeriodFrames['period']) {
  return {
    period_id: period.id,
    period_plan: period.plan,
    period_start: period.start.toISOString(),
    period_end: period.end?.toISOString(),
  };
}

function frameOnWire(frame: ConsumptionFrame, metrics: readonly MetricName[]): z.input<typeof frameShape> {
  const figure = (metric: MetricName) => Math.round(frame[FIGURES[metric]]);
  return {
    timeframe_start: frame.start.toISOString(),
    timeframe_end: frame.end.toISOString(),
    active_time_seconds: figure('active_time_seconds'),
    compute_time_seconds: figure('compute_time_seconds'),
    written_data_bytes: figure('written_data_bytes'),
    synthetic_storage_size_bytes: figure('synthetic_storage_size_bytes'),
    ...Object.fromEntries(metrics.map((metric) => [metric, figure(metric)])),
  };
}
