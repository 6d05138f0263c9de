// What the operations pages work with.

import type { ConsoleParts } from '../console/shell/console-parts.ts';
import type { EventStreams } from '../request/event-streams.ts';
import type { FleetWatch } from './fleet-watch.ts';

export interface OpsParts extends ConsoleParts {
  readonly watch: FleetWatch;
  readonly streams: EventStreams;
}
