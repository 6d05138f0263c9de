// What the API asks of metering: the figures of computes, measured and folded, by project and by account. Rounding,
// permissions and the wire's names are the API's; what was not measured is absent here too.

import type { AccountId, ProjectId } from '../../ids.ts';

export type Granularity = 'hourly' | 'daily' | 'monthly';

/** What was consumed within one frame or billing period. */
export interface ConsumptionTotals {
  /** Wall-clock time that computes were active. */
  readonly activeTimeSeconds: number;
  /** CPU time. */
  readonly computeTimeSeconds: number;
  readonly writtenDataBytes: number;
  readonly dataTransferBytes: number;
  /** As last observed. */
  readonly logicalSizeBytes: number;
  readonly syntheticStorageSizeBytes: number;
  /** Logical size times hours. */
  readonly logicalSizeByteHours: number;
  /** Synthetic storage times hours. */
  readonly storageByteHours: number;
}

/** A stretch on one plan. */
export interface PlanPeriod {
  readonly id: string;
  readonly plan: string;
  readonly start: Date;
  /** Null: it goes on. */
  readonly end: Date | null;
}

export interface ConsumptionFrame extends ConsumptionTotals {
  readonly start: Date;
  readonly end: Date;
  /** Figures that some compute could not yield: names of `ConsumptionTotals`. */
  readonly unmeasured: readonly (keyof ConsumptionTotals)[];
}

export interface PeriodFrames {
  readonly period: PlanPeriod;
  /** Ascending in time; time that was not sampled has none. */
  readonly frames: readonly ConsumptionFrame[];
}

/** Half open, and already at bounds of the granularity. */
export interface ConsumptionRange {
  readonly granularity: Granularity;
  readonly from: Date;
  readonly to: Date;
}

/** The running billing period of a project; null figures of time where nothing was measured yet. */
export interface BillingPeriodTotals extends ConsumptionTotals {
  readonly periodId: string;
  readonly updatedAt: Date | null;
}

export interface ConsumptionSource {
  /** All projects of the account together, those that are gone included. Periods ascend in time. */
  readAccount(accountId: AccountId, range: ConsumptionRange): Promise<readonly PeriodFrames[]>;
  /** Each given project of the account on its own; one without figures has no periods. */
  readProjects(
    accountId: AccountId,
    projectIds: readonly ProjectId[],
    range: ConsumptionRange,
  ): Promise<ReadonlyMap<ProjectId, readonly PeriodFrames[]>>;
  /** The running billing period: the calendar month, in UTC. A project without figures is absent. */
  readBillingPeriod(projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, BillingPeriodTotals>>;
}
