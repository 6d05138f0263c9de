// A source without figures, for an installation that does not measure.

import type { ConsumptionSource } from '../consumption-source.ts';

export const NOTHING_MEASURED: ConsumptionSource = {
  readAccount: async () => [],
  readProjects: async () => new Map(),
  readBillingPeriod: async () => new Map(),
};
