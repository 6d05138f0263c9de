// Every metric that Postern exports, as fields of one object with its own registry. Names are
// `postern_<noun>_<unit>`; labels have few values, all set by us. The dashboard and the alert rules
// use no other metrics.

import { Registry } from 'prom-client';
import { connectionMetrics, loginMetrics } from './connection-metrics.ts';
import { watchEventLoop } from './event-loop-lag.ts';
import { auditMetrics, processMetrics, troubleMetrics } from './service-metrics.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** Makes the metrics of one process. `close` stops watching the event loop. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const eventLoop = watchEventLoop();
  return {
    registry,
    close: () => eventLoop.stop(),
    ...loginMetrics(registers),
    ...connectionMetrics(registers),
    ...troubleMetrics(registers),
    ...auditMetrics(registers),
    ...processMetrics(registers, eventLoop.takeLagSeconds),
  };
}
