// Asks the system, by /proc or else ps, whether a process is the same or a Postgres of a cluster.

import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A text that no later process with its number shares; null when no such process lives. */
export async function findProcessBirth(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? birthFromProc(pid) : birthFromPs(pid);
}

async function birthFromProc(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // proc(5): the name stands in parentheses and may hold any byte; behind it, field 3 is the
    // state, field 22 the start in ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return null;
    return `${(await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim()} ${fields[19]}`;
  } catch {
    return null;
  }
}

async function birthFromPs(pid: number): Promise<string | null> {
  try {
    return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim();
  } catch {
    return null;
  }
}

/** Whether the process of that number is one; false for a zombie. `cluster` is a real path. */
export async function isProcessOfCluster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === 'linux') return isOfClusterByProc(pid, cluster);
  const command = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null);
  return command?.stdout.includes(cluster) ?? false;
}

/** Only Linux can tell; elsewhere the list is empty. */
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
