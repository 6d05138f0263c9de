// Stops a postmaster the gentle way first: our own, or one that outlived its killed Postern.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { EmbeddedError, isErrorCode } from '../data-folder/embedded-error.ts';
import { findProcessBirth, findProcessesOfCluster, isProcessOfCluster } from '../data-folder/process-birth.ts';

// Server Shutdown: SIGINT is fast; SIGQUIT is immediate, and the next start recovers by the WAL.
const STEPS: ReadonlyArray<{ readonly signal: NodeJS.Signals; readonly limitMs: number }> = [
  { signal: 'SIGINT', limitMs: 10_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 5_000 },
];

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

const POLL_MS = 20;
const LEFTOVER_LIMIT_MS = 15_000;

/** The caller holds the folder's lock. Throws EmbeddedError when some processes cannot be ended. */
export async function stopOrphanedPostgres(cluster: string, log: Log): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid === null) return;
  if (await isProcessOfCluster(pid, cluster)) {
    log.info({ event: 'embedded.stopping_orphan', pid }, 'stopping the Postgres that an earlier Postern left behind');
    await stopPostgres({ pid, exited: untilGone(pid), log });
  }
  await endLeftoverProcesses(cluster);
  // The process id may belong to another process by now, or to a zombie; Postgres takes either for
  // a running server. NOTE: only now that no process of this cluster is left, since the file is
  // what keeps a second server out.
  if (hasProcess(pid)) await rm(pidFile, { force: true });
}

/** Backends of a killed postmaster end by themselves, but only when they next look. */
async function endLeftoverProcesses(cluster: string): Promise<void> {
  const giveUpAt = performance.now() + LEFTOVER_LIMIT_MS;
  for (;;) {
    const pids = await findProcessesOfCluster(cluster);
    if (pids.length === 0) return;
    if (performance.now() > giveUpAt) throw new EmbeddedError(`processes ${pids.join(', ')} still use ${cluster}`);
    for (const pid of pids) sendSignal(pid, 'SIGQUIT');
    await pause(POLL_MS);
  }
}

async function readPid(pidFile: string): Promise<number | null> {
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : null;
}

async function untilGone(pid: number): Promise<void> {
  const birth = await findProcessBirth(pid);
  while (birth !== null && (await findProcessBirth(pid)) === birth) await pause(POLL_MS);
}
