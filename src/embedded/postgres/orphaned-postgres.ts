// A Postgres that outlived its Postern (kill -9 of Node). It is stopped in order, so that the new
// one is our own child.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { EmbeddedError } from '../data-folder/embedded-error.ts';
import { findProcessBirth } from '../data-folder/process-birth.ts';
import { findProcessesOfCluster, isProcessOfCluster } from '../data-folder/processes-of-folder.ts';
import { hasProcess, sendSignal, stopPostgres } from './stop-postgres.ts';

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
