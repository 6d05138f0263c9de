// What consumption is told in: figures, frames of an hour, day or month, and periods on one plan. What was not measured
// is absent here.

import type { Plan } from '../../catalogue/tables/people-and-accounts.ts';

export type Granularity = 'hourly' | 'daily' | 'monthly';

/** What was consumed within one frame or billing period. */
export interface ConsumptionTotals {
  /** Wall-clock time in which computes were active and somebody had a session on them. */
  readonly activeTimeSeconds: number;
  /** Time that sessions spent executing statements; Postgres does not tell CPU time. */
  readonly computeTimeSeconds: number;
  /** WAL. */
  readonly writtenDataBytes: number;
  /** Sent to clients through Postern. */
  readonly dataTransferBytes: number;
  /** As last observed. */
  readonly logicalSizeBytes: number;
  /** Logical size and the WAL that the server must still keep. */
  readonly syntheticStorageSizeBytes: number;
  /** Logical size times hours. */
  readonly logicalSizeByteHours: number;
  /** Synthetic storage times hours. */
  readonly storageByteHours: number;
}

/** A stretch on one plan. */
export interface PlanPeriod {
  readonly id: string;
  readonly plan: Plan;
  readonly start: Date;
  /** Null: it goes on. */
  readonly end: Date | null;
}

export interface ConsumptionFrame extends ConsumptionTotals {
  readonly start: Date;
  readonly end: Date;
  /** Figures that some compute could not yield. */
  readonly unmeasured: readonly (keyof ConsumptionTotals)[];
}

export interface PeriodFrames {
  readonly period: PlanPeriod;
  /** Ascending in time; time that was not observed has none. */
  readonly frames: readonly ConsumptionFrame[];
}

/** Half open; both ends are rounded down to the granularity. */
export interface ConsumptionRange {
  readonly granularity: Granularity;
  readonly from: Date;
  readonly to: Date;
}

/** The running billing period of a project: the calendar month, in UTC. */
export interface BillingPeriodTotals extends ConsumptionTotals {
  readonly updatedAt: Date;
}

/** What a compute may be unable to tell, and the figures that are then missing. */
export const FIGURES_OF_METRIC = {
  compute_time: ['computeTimeSeconds'],
  written_data: ['writtenDataBytes'],
  logical_size: ['logicalSizeBytes', 'logicalSizeByteHours'],
  synthetic_storage: ['syntheticStorageSizeBytes', 'storageByteHours'],
} as const satisfies Readonly<Record<string, readonly (keyof ConsumptionTotals)[]>>;

export type UnmeasuredMetric = keyof typeof FIGURES_OF_METRIC;
