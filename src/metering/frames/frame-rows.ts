// Splits a measurement in proportion to time, at the ends of frames and plan periods. Pure.

import type { Insertable } from 'kysely';
import type { ConsumptionFramesTable } from '../../catalogue/tables/audit-and-consumption.ts';
import type { TimeSpan } from '../readings/active-time.ts';
import { activeMs, type Measurement } from '../readings/measure-compute.ts';
import type { SampledCompute } from '../readings/sampled-computes.ts';
import type { UnmeasuredMetric } from './consumption-figures.ts';
import { FRAME_SIZES, frameEnd, frameStart } from './frame-bounds.ts';

export type FrameRow = Insertable<ConsumptionFramesTable>;

export interface PeriodStart {
  readonly id: string;
  readonly startedAt: Date;
}

/** One row per overlapped frame; `periods` are the account's, ascending. */
export function frameRows(
  compute: SampledCompute,
  measurement: Measurement,
  periods: readonly [PeriodStart, ...PeriodStart[]],
): FrameRow[] {
  return FRAME_SIZES.flatMap((granularity) =>
    spansBetween(measurement.span, granularity, periods).map((part) => ({
      granularity,
      frame_start: frameStart(granularity, part.from),
      account_id: compute.accountId,
      period_id: periodAt(part.from, periods).id,
      project_id: compute.projectId,
      compute_id: compute.id,
      ...figuresOf(compute, measurement, part),
    })),
  );
}

function figuresOf(compute: SampledCompute, measurement: Measurement, part: TimeSpan) {
  const { span } = measurement;
  const observedMs = part.to.getTime() - part.from.getTime();
  const logicalSizeBytes = measurement.logicalSizeBytes ?? 0;
  const isStorageKnown = measurement.logicalSizeBytes !== null && measurement.keptWalBytes !== null;
  const storageBytes = isStorageKnown ? logicalSizeBytes + (measurement.keptWalBytes ?? 0) : 0;
  return {
    active_time_ms: activeMs(compute, measurement, part),
    compute_time_ms: shareOf(Math.round(measurement.computeTimeMs ?? 0), { span, part }),
    written_data_bytes: shareOf(measurement.writtenBytes ?? 0, { span, part }),
    data_transfer_bytes: shareOf(measurement.transferredBytes, { span, part }),
    logical_size_bytes: logicalSizeBytes,
    synthetic_storage_size_bytes: storageBytes,
    logical_size_byte_ms: String(BigInt(logicalSizeBytes) * BigInt(observedMs)),
    synthetic_storage_byte_ms: String(BigInt(storageBytes) * BigInt(observedMs)),
    observed_ms: observedMs,
    unmeasured_metrics: unmeasuredMetrics(measurement),
    updated_at: part.to,
  };
}

function unmeasuredMetrics(measurement: Measurement): UnmeasuredMetric[] {
  const { computeTimeMs, writtenBytes, logicalSizeBytes, keptWalBytes } = measurement;
  return [
    ...(computeTimeMs === null ? (['compute_time'] as const) : []),
    ...(writtenBytes === null ? (['written_data'] as const) : []),
    ...(logicalSizeBytes === null ? (['logical_size'] as const) : []),
    ...(logicalSizeBytes === null || keptWalBytes === null ? (['synthetic_storage'] as const) : []),
  ];
}

/** The parts of the span, each within one frame and one period. */
function spansBetween({ from, to }: TimeSpan, size: (typeof FRAME_SIZES)[number], periods: readonly PeriodStart[]) {
  const frameEnds: Date[] = [];
  for (let end = frameEnd(size, from); end < to; end = frameEnd(size, end)) frameEnds.push(end);
  // Time before the first period counts towards the first period.
  const starts = periods
    .slice(1)
    .map(({ startedAt }) => startedAt)
    .filter((start) => start > from && start < to);
  const cuts = [...new Set([from, ...frameEnds, ...starts, to].map((cut) => cut.getTime()))].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, index) => ({ from: new Date(cuts[index] ?? cut), to: new Date(cut) }));
}

function periodAt(at: Date, periods: readonly [PeriodStart, ...PeriodStart[]]): PeriodStart {
  return periods.findLast((period) => period.startedAt <= at) ?? periods[0];
}

/** The part's share as a whole number; the shares of all parts add up to the amount. */
function shareOf(amount: number, { span, part }: { span: TimeSpan; part: TimeSpan }): number {
  const upTo = (at: Date) =>
    Math.floor((amount * (at.getTime() - span.from.getTime())) / (span.to.getTime() - span.from.getTime()));
  return upTo(part.to) - upTo(part.from);
}
