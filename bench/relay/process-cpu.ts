// The CPU time of another process, which other work on the machine changes far less than wall time.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const NS_PER_MS = 1_000_000;
const BACKGROUND_WINDOW_MS = 4_000;

/** The CPU time of all threads, in milliseconds. proc(5), schedstat: the first field, in ns. */
export async function cpuMs(processId: number): Promise<number> {
  const folder = `/proc/${processId}/task`;
  const threads = await readdir(folder);
  const stats = await Promise.all(threads.map((thread) => readFile(`${folder}/${thread}/schedstat`, 'utf8')));
  return stats.reduce((sum, stat) => sum + Number(stat.split(' ')[0]), 0) / NS_PER_MS;
}

/** What the process costs while nobody uses it: milliseconds of CPU per millisecond. */
export async function backgroundCpu(processId: number): Promise<number> {
  const [before, beganAt] = [await cpuMs(processId), performance.now()];
  await pause(BACKGROUND_WINDOW_MS);
  return ((await cpuMs(processId)) - before) / (performance.now() - beganAt);
}
