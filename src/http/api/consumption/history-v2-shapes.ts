// Consumption history in Neon's second form: named metrics. Unmeasured ones are left out.

import { z } from 'zod';
import { assertNever } from '../../../assert-never.ts';
import type {
  ConsumptionFrame,
  ConsumptionTotals,
  PeriodFrames,
} from '../../../metering/frames/consumption-figures.ts';
import { frameEnd, frameStart } from '../../../metering/frames/frame-bounds.ts';
import { namedIdField, timeField } from '../call/field-shapes.ts';
import { periodFacts, periodFields } from './history-shapes.ts';

const HOUR_MS = 3_600_000;

// Neon API 2.7.3: the values of `metrics`
export const metricV2Field = z.enum([
  'compute_unit_seconds',
  'root_branch_bytes_month',
  'child_branch_bytes_month',
  'instant_restore_bytes_month',
  'public_network_transfer_bytes',
  'private_network_transfer_bytes',
  'extra_branches_month',
  'snapshot_storage_bytes_month',
]);
type MetricV2 = z.output<typeof metricV2Field>;

// Neon API 2.7.3: ConsumptionHistoryPerTimeframeV2
const frameShape = z
  .object({
    timeframe_start: timeField,
    timeframe_end: timeField,
    metrics: z.array(z.object({ metric_name: metricV2Field, value: z.int() })),
  })
  .meta({ id: 'ConsumptionFrameV2' });

// Neon API 2.7.3: ConsumptionHistoryPerPeriodV2
const periodShape = z.object({ ...periodFields, consumption: z.array(frameShape) }).meta({ id: 'ConsumptionPeriodV2' });

// Neon API 2.7.3: ConsumptionHistoryPerProjectV2
export const projectHistoryV2Shape = z
  .object({ project_id: namedIdField, periods: z.array(periodShape) })
  .meta({ id: 'ProjectConsumptionHistoryV2' });

export function periodOnWireV2(
  { period, frames }: PeriodFrames,
  metrics: readonly MetricV2[],
): z.input<typeof periodShape> {
  return { ...periodFacts(period), consumption: frames.map((frame) => frameOnWire(frame, metrics)) };
}

function frameOnWire(frame: ConsumptionFrame, metrics: readonly MetricV2[]): z.input<typeof frameShape> {
  const known = [...new Set(metrics)].flatMap((metric) => {
    const value = figureOf(metric, frame);
    return value === null ? [] : [{ metric_name: metric, value: Math.round(value) }];
  });
  return { timeframe_start: frame.start.toISOString(), timeframe_end: frame.end.toISOString(), metrics: known };
}

/** Null when it is unknown. */
function figureOf(metric: MetricV2, frame: ConsumptionFrame): number | null {
  const measured = (figure: keyof ConsumptionTotals) => (frame.unmeasured.includes(figure) ? null : frame[figure]);
  switch (metric) {
    case 'compute_unit_seconds':
      return measured('computeTimeSeconds');
    case 'root_branch_bytes_month': {
      const byteHours = measured('logicalSizeByteHours');
      return byteHours === null ? null : byteHours / hoursOfMonth(frame.start);
    }
    case 'public_network_transfer_bytes':
      return measured('dataTransferBytes');
    // Traffic of private and public networks is not distinguished.
    case 'private_network_transfer_bytes':
      return null;
    // None of these exist here.
    case 'child_branch_bytes_month':
    case 'instant_restore_bytes_month':
    case 'extra_branches_month':
    case 'snapshot_storage_bytes_month':
      return 0;
    default:
      return assertNever(metric);
  }
}

function hoursOfMonth(at: Date): number {
  return (frameEnd('month', at).getTime() - frameStart('month', at).getTime()) / HOUR_MS;
}
