// Rechecks this node’s connections at intervals, for rights whose end was not recorded.

import type { Log } from '../../log.ts';
import { OutageLog } from '../../metrics/outage-log.ts';

/** Less than a minute together with the time that a round takes. */
const INTERVAL_MS = 45_000;

export interface Rechecks {
  /** Runs a round now, or after the one that runs. */
  runSoon(): void;
  close(): void;
}

export function keepRechecking(recheckAll: () => Promise<void>, log: Log): Rechecks {
  const outage = new OutageLog(log, 'checking the permission of live connections again');
  let isDue = false;
  let isRunning = false;
  const runWhileDue = async (): Promise<void> => {
    isRunning = true;
    while (isDue) {
      isDue = false;
      await recheckAll().then(
        () => outage.succeeded(),
        (error: unknown) => outage.failed(error),
      );
    }
    isRunning = false;
  };
  const runSoon = (): void => {
    isDue = true;
    if (!isRunning) void runWhileDue();
  };
  const timer = setInterval(runSoon, INTERVAL_MS).unref();
  return { runSoon, close: () => clearInterval(timer) };
}
