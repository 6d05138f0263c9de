// What the console's routes work with: the parts of every action, the history of consumption, and
// the renderer of pages.

import type { ActionParts } from '../../../actions/action-parts.ts';
import type { ConsumptionHistory } from '../../../metering/frames/consumption-history.ts';
import type { PageRenderer } from '../../request/page-renderer.ts';

export interface ConsoleParts extends ActionParts {
  readonly consumption: ConsumptionHistory;
  readonly renderer: PageRenderer;
}
