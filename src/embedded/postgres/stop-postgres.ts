// Stops a postmaster the gentle way first.

import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { isErrorCode } from '../data-folder/embedded-error.ts';

// Server Shutdown: SIGINT is fast shutdown, SIGQUIT immediate shutdown, after which the next start
// recovers from the WAL.
const STEPS: ReadonlyArray<{ readonly signal: NodeJS.Signals; readonly limitMs: number }> = [
  { signal: 'SIGINT', limitMs: 10_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 5_000 },
];

/** Resolves when `exited` has, or when even SIGKILL did not help. */
export async function stopPostgres(options: { pid: number; exited: Promise<unknown>; log: Log }): Promise<void> {
  const { pid, exited, log } = options;
  for (const { signal, limitMs } of STEPS) {
    if (!sendSignal(pid, signal)) return;
    if (await happensWithin(exited, limitMs)) return;
    log.warn({ event: 'embedded.stop_slow', pid, signal, limit_ms: limitMs }, 'embedded Postgres did not stop in time');
  }
}

async function happensWithin(event: Promise<unknown>, limitMs: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      event.then(() => true),
      pause(limitMs, false, { signal: timer.signal }).catch(() => false),
    ]);
  } finally {
    timer.abort();
  }
}

/** False when no process has that number. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (isErrorCode(error, 'ESRCH')) return false;
    throw error;
  }
}

/** Whether the system still knows that number, if only as a zombie's or somebody else's. */
export function hasProcess(pid: number): boolean {
  try {
    return sendSignal(pid, 0);
  } catch (error) {
    if (isErrorCode(error, 'EPERM')) return true;
    throw error;
  }
}
