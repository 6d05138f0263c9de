// Which living processes are a Postgres of a given cluster: each has the cluster as its working
// folder.

import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether the process of that number is one; false for a zombie. `cluster` is a real path. */
export async function isProcessOfCluster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') return isOfClusterByProc(pid, cluster);
  const command = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null);
  return command?.stdout.includes(cluster) ?? false;
}

/** The numbers of all of them; only Linux can tell, elsewhere the list is empty. */
export async function findProcessesOfCluster(cluster: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const owned = await Promise.all(pids.map((pid) => isOfClusterByProc(pid, cluster)));
  return pids.filter((_, index) => owned[index]);
}

async function isOfClusterByProc(pid: number, cluster: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (folder !== cluster) return false;
  const name = await readFile(`/proc/${pid}/comm`, 'latin1').catch(() => '');
  return name.trim() === 'postgres';
}
