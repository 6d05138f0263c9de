// Copies what the fleet knows of itself into the metrics, with every heartbeat.

import type { Metrics } from '../metrics/metrics.ts';
import type { Fleet } from './fleet.ts';

/** Call it before the fleet starts. */
export function observeFleet({ heartbeat, liveConnections }: Fleet, metrics: Metrics): void {
  heartbeat.withEachBeat(async () => {
    const { live, waiting } = liveConnections.totals();
    metrics.liveConnections.set(live);
    metrics.waitingConnections.set(waiting);
  });
  heartbeat.withEachBeat(async () => {
    metrics.nodes.set(await heartbeat.countNodes());
  });
}
