// The shape of consumption data. Figures that were not measured are absent.

import type { Plan } from '../../catalogue/tables/people-and-accounts.ts';

export type Granularity = 'hourly' | 'daily' | 'monthly';

export interface ConsumptionTotals {
  /** Wall-clock time during which computes were active and had at least one session. */
  readonly activeTimeSeconds: number;
  /** Time that sessions spent executing statements, since Postgres does not report CPU time. */
  readonly computeTimeSeconds: number;
  /** Bytes of WAL. */
  readonly writtenDataBytes: number;
  /** Sent to clients through Postern. */
  readonly dataTransferBytes: number;
  /** The most recent observation. */
  readonly logicalSizeBytes: number;
  /** Logical size plus the WAL that the server must still keep. */
  readonly syntheticStorageSizeBytes: number;
  readonly logicalSizeByteHours: number;
  readonly storageByteHours: number;
}

export interface PlanPeriod {
  readonly id: string;
  readonly plan: Plan;
  readonly start: Date;
  /** Null while the period is still running. */
  readonly end: Date | null;
}

export interface ConsumptionFrame extends ConsumptionTotals {
  readonly start: Date;
  readonly end: Date;
  /** Figures that at least one compute could not provide. */
  readonly unmeasured: readonly (keyof ConsumptionTotals)[];
}

export interface PeriodFrames {
  readonly period: PlanPeriod;
  /** Ascending in time; spans that were not observed have no frame. */
  readonly frames: readonly ConsumptionFrame[];
}

/** Half open; both ends are rounded down to the granularity. */
export interface ConsumptionRange {
  readonly granularity: Granularity;
  readonly from: Date;
  readonly to: Date;
}

/** The current billing period of a project: the calendar month, in UTC. */
export interface BillingPeriodTotals extends ConsumptionTotals {
  readonly updatedAt: Date;
}

/** Metrics that a compute may be unable to report, and the figures that are then missing. */
export const FIGURES_OF_METRIC = {
  compute_time: ['computeTimeSeconds'],
  written_data: ['writtenDataBytes'],
  logical_size: ['logicalSizeBytes', 'logicalSizeByteHours'],
  synthetic_storage: ['syntheticStorageSizeBytes', 'storageByteHours'],
} as const satisfies Readonly<Record<string, readonly (keyof ConsumptionTotals)[]>>;

export type UnmeasuredMetric = keyof typeof FIGURES_OF_METRIC;
