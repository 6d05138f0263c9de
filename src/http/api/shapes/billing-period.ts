// The billing period in which counters of projects run: a calendar month, in UTC.

export interface BillingPeriod {
  readonly start: Date;
  readonly end: Date;
}

export function billingPeriodAt(now: Date): BillingPeriod {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { start: new Date(Date.UTC(year, month, 1)), end: new Date(Date.UTC(year, month + 1, 1)) };
}
