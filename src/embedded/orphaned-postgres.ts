// A Postgres that outlived its Postern (kill -9 of Node). It is stopped in order, so that the new one is our own child.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { findProcessBirth, isProcessOfFolder } from './process-birth.ts';
import { stopPostgres } from './stop-postgres.ts';

const POLL_MS = 20;

/** Afterwards no postmaster serves `cluster` (its real path). The caller holds the folder's lock. */
export async function stopOrphanedPostgres(cluster: string, log: Log): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid === null || (await findProcessBirth(pid)) === null) return;
  if (await isProcessOfFolder(pid, cluster)) {
    log.info({ pid }, 'stopping the Postgres that an earlier Postern left behind');
    await stopPostgres({ pid, exited: untilGone(pid), log });
    return;
  }
  // After a restart of a container the number may be anybody's, and Postgres would refuse to start because of it.
  await rm(pidFile, { force: true });
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
