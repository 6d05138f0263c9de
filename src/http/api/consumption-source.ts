// What the API asks of metering: figures of computes, measured and folded, by project and by account. Permissions, plans,
// bounds and the wire's names are the API's.

import type { AccountId, ProjectId } from '../../ids.ts';
import type { BillingPeriodTotals, ConsumptionRange, PeriodFrames } from '../../metering/consumption-figures.ts';

export interface ConsumptionSource {
  /** All projects of the account together, those that are gone included. Periods ascend in time. */
  readAccount(accountId: AccountId, range: ConsumptionRange): Promise<readonly PeriodFrames[]>;
  /** Each given project on its own, as far as the account paid for it; one without figures may be absent. */
  readProjects(
    accountId: AccountId,
    projectIds: readonly ProjectId[],
    range: ConsumptionRange,
  ): Promise<ReadonlyMap<ProjectId, readonly PeriodFrames[]>>;
  /** The running billing period: the calendar month, in UTC. A project without figures is absent. */
  readBillingPeriod(projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, BillingPeriodTotals>>;
}
