// Tells a living process from a dead one whose number was given to another. Reads /proc where it
// exists, else asks ps.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
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
