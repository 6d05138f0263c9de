// Runs a built node in its own processes and measures their memory.

import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BUILT_MAIN, type PosternProcess, startPosternProcess } from '../test/support/nodes/postern-process.ts';

const COLLECT_GARBAGE = fileURLToPath(new URL('collect-garbage.mjs', import.meta.url));
const START_LIMIT_MS = 60_000;
/** Time for the collection and for the system to take back freed memory. */
const COLLECTION_MS = 1_500;
const BYTES_PER_KIB = 1_024;

/** Keeps its certificates and data in the folder. */
export async function startNode(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<PosternProcess> {
  return await startPosternProcess({
    program: ['--expose-gc', '--import', COLLECT_GARBAGE, BUILT_MAIN],
    environment,
    cwd: folder,
    limitMs: START_LIMIT_MS,
  });
}

/** Resident memory of the node and its workers after collecting their garbage, in bytes. */
export async function weigh(processId: number): Promise<number> {
  const ids = [processId, ...(await workersOf(processId))];
  for (const id of ids) process.kill(id, 'SIGWINCH');
  await pause(COLLECTION_MS);
  const sizes = await Promise.all(ids.map(residentBytes));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Cluster workers only: the embedded servers are no Node processes. */
export async function workersOf(processId: number): Promise<number[]> {
  const children = await readFile(`/proc/${processId}/task/${processId}/children`, 'utf8');
  const ids = children.trim().split(' ').filter(Boolean).map(Number);
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8')));
  return ids.filter((_id, index) => commands[index]?.includes(BUILT_MAIN));
}

// proc(5): VmRSS in kB.
export async function residentBytes(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * BYTES_PER_KIB;
}
