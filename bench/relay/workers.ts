// What a second worker adds where a core is free for it. Machines with fewer cores than workers,
// clients and Postgres need cannot show that by a rate, so it is taken from CPU times: a node is at
// its limit when its busiest worker has used a core up. `npm run bench:workers [-- --clients 64]`.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { workersOf } from '../node-process.ts';
import { median } from '../report/report.ts';
import { GUEST, type MeasuredStack, startMeasuredStack } from './measured-nodes.ts';
import { cpuMs } from './process-cpu.ts';
import { QueryClient } from './query-client.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    trips: { type: 'string', default: '40000' },
    clients: { type: 'string', default: '64' },
  },
});
const rounds = Number(values.rounds);
const trips = Number(values.trips);
const clientCount = Number(values.clients);
const WARM_UP_TRIPS = 20_000;
const US_PER_S = 1_000_000;

/** Medians of the rounds. */
interface Capacity {
  /** Round trips a second with a core for each worker. */
  readonly perSecond: number;
  /** The busiest worker's part of all CPU; 0.5 is even with two. */
  readonly busiest: number;
}

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
try {
  await using stack = await startMeasuredStack(folder);
  const [one, two] = [await capacityWith(1, stack), await capacityWith(2, stack)];
  const rate = ({ perSecond }: Capacity) => `${Math.round(perSecond).toLocaleString('en')} round trips a second`;
  process.stdout.write(
    `1 worker: ${rate(one)}\n2 workers: ${rate(two)}, ${(two.perSecond / one.perSecond).toFixed(2)} times as many; ` +
      `the busier one does ${two.busiest.toFixed(2)} of the work\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function capacityWith(workers: number, stack: MeasuredStack): Promise<Capacity> {
  const [tree] = stack.trees;
  if (tree === undefined) throw new Error('there is no tree to measure');
  await using node = await stack.startNode(tree, { POSTERN_WORKERS: String(workers) });
  const { pid, pgPort: port } = node.process;
  const processes = workers === 1 ? [pid] : await workersOf(pid);
  if (processes.length !== workers) throw new Error(`${processes.length} workers are running instead of ${workers}`);
  const connect = () => QueryClient.connect({ port, user: GUEST, tls: true });
  const clients = await Promise.all(Array.from({ length: clientCount }, connect));
  await askAll(clients, WARM_UP_TRIPS);
  const measured: Capacity[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = await Promise.all(processes.map(cpuMs));
    await askAll(clients, trips);
    const after = await Promise.all(processes.map(cpuMs));
    const used = after.map((ms, index) => (ms - (before[index] ?? 0)) * 1_000);
    const most = Math.max(...used);
    const all = used.reduce((sum, microseconds) => sum + microseconds, 0);
    measured.push({ perSecond: (trips / most) * US_PER_S, busiest: most / all });
  }
  for (const client of clients) client.close();
  process.stdout.write(`${workers}: ${JSON.stringify(measured)}\n`);
  return {
    perSecond: median(measured.map(({ perSecond }) => perSecond)),
    busiest: median(measured.map(({ busiest }) => busiest)),
  };
}

async function askAll(clients: readonly QueryClient[], count: number): Promise<void> {
  await Promise.all(clients.map((client) => client.queries(Math.floor(count / clients.length))));
}
