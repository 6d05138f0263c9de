// What the management API works with: the parts of every action, and the history of consumption.

import type { ActionParts } from '../../../actions/action-parts.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';

export interface ApiParts extends ActionParts {
  readonly consumption: ConsumptionHistory;
}
