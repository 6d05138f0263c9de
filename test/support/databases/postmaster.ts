// Looks at a Postgres' main process from outside.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcessBirth } from '../../../src/embedded/data-folder/process-birth.ts';

/** The process number that the cluster's lock file names. */
export async function postmasterPid(cluster: string): Promise<number> {
  const [line = ''] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(line);
}

/** False for a zombie, too. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await findProcessBirth(pid)) !== null;
}
