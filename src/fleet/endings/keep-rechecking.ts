// Asks for the permission of this node's connections anew at intervals, so that also a right that
// nobody wrote down as ended ends them: one that was taken away by SQL, or while the catalogue
// could not be read.

import type { Log } from '../../log.ts';
import { OutageLog } from '../../metrics/outage-log.ts';

/** With the time that a round takes less than a minute. */
const INTERVAL_MS = 45_000;

export interface Rechecks {
  /** Runs a round now, or after the one that runs. */
  runSoon(): void;
  close(): void;
}

/** Begins at once. */
export function keepRechecking(recheckAll: () => Promise<void>, log: Log): Rechecks {
  const outage = new OutageLog(log, 'asking for the permission of live connections anew');
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
