// What thousands of live connections cost a node while they are idle, in CPU time, and how long the
// event loop pauses while each asks one query a second. `npm run bench:idle [-- --live 5000]`;
// POSTERN_TREE=<path> measures that built checkout as well.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { PosternProcess } from '../../test/support/nodes/postern-process.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { type Measurement, markdownTable } from '../report/report.ts';
import { GUEST, startMeasuredStack } from './measured-nodes.ts';
import { cpuMs } from './process-cpu.ts';
import { QueryClient } from './query-client.ts';

const { values } = parseArgs({ options: { live: { type: 'string', default: '5000' } } });
const live = Number(values.live);
/** Logins under way at a time; more would only queue. */
const AT_A_TIME = 50;
const SETTLE_MS = 5_000;
const ROUNDS = 5;
const WINDOW_MS = 5_000;
/** So many times a second a part of the busy clients asks. */
const PARTS_PER_SECOND = 50;

interface Figures {
  readonly idle: number[];
  /** Per query, in microseconds. */
  readonly busy: number[];
  readonly pause: number[];
}

interface BusyClients {
  answeredCount(): number;
  /** Resolves after the last answer. */
  stop(): Promise<void>;
}

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
try {
  await using stack = await startMeasuredStack(folder);
  const byTree = new Map<string, Figures>();
  for (const tree of stack.trees) {
    await using node = await stack.startNode(tree);
    byTree.set(tree.name, await measureNode(node.process));
    process.stdout.write(`${tree.name}: ${JSON.stringify(byTree.get(tree.name))}\n`);
  }
  const row = (workload: string, unit: string, figure: keyof Figures): Measurement => ({
    workload,
    unit,
    better: 'less',
    rounds: new Map([...byTree].map(([name, figures]) => [name, figures[figure]])),
  });
  const rows = [
    row(`CPU of each second, ${live} idle connections`, 'ms', 'idle'),
    row(`CPU of a query, ${live} connections with one each second`, 'µs', 'busy'),
    row(`longest pause of the event loop, the same`, 'ms', 'pause'),
  ];
  process.stdout.write(`\n${markdownTable(rows, [...byTree.keys()])}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureNode(node: PosternProcess): Promise<Figures> {
  const clients = await connectAll(node.pgPort);
  await pause(SETTLE_MS);
  const idle = await severalTimes(() => cpuPerSecond(node.pid));
  const busyClients = keepBusy(clients);
  await pause(SETTLE_MS);
  const busy = await severalTimes(() => cpuPerQuery(node.pid, busyClients));
  const pauses = await severalTimes(() => longestPause(node));
  await busyClients.stop();
  const connected = clients.filter((client) => client.isConnected).length;
  if (connected < live) throw new Error(`only ${connected} of ${live} clients are still connected`);
  for (const client of clients) client.close();
  return { idle, busy, pause: pauses };
}

async function connectAll(port: number): Promise<QueryClient[]> {
  const clients: QueryClient[] = [];
  let begun = 0;
  const connectRest = async () => {
    while (begun < live) {
      begun += 1;
      clients.push(await QueryClient.connect({ port, user: GUEST, tls: false }));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, connectRest));
  return clients;
}

/** Every client asks once a second, evenly spread, unless its last query is still unanswered. */
function keepBusy(clients: readonly QueryClient[]): BusyClients {
  const size = Math.ceil(clients.length / PARTS_PER_SECOND);
  const asked = new Map<QueryClient, Promise<void>>();
  let part = 0;
  let answered = 0;
  const ask = async (client: QueryClient) => {
    await client.query();
    answered += 1;
    asked.delete(client);
  };
  const timer = setInterval(() => {
    for (const client of clients.slice(part * size, (part + 1) * size)) {
      if (!asked.has(client)) asked.set(client, ask(client));
    }
    part = (part + 1) % PARTS_PER_SECOND;
  }, 1_000 / PARTS_PER_SECOND);
  return {
    answeredCount: () => answered,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(asked.values());
    },
  };
}

async function cpuPerQuery(processId: number, clients: BusyClients): Promise<number> {
  const [cpuBefore, answeredBefore] = [await cpuMs(processId), clients.answeredCount()];
  await pause(WINDOW_MS);
  const microseconds = ((await cpuMs(processId)) - cpuBefore) * 1_000;
  return microseconds / (clients.answeredCount() - answeredBefore);
}

async function severalTimes(measure: () => Promise<number>): Promise<number[]> {
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) figures.push(await measure());
  return figures;
}

async function cpuPerSecond(processId: number): Promise<number> {
  const [before, beganAt] = [await cpuMs(processId), performance.now()];
  await pause(WINDOW_MS);
  return (((await cpuMs(processId)) - before) / (performance.now() - beganAt)) * 1_000;
}

/** In milliseconds, as event-loop-pauses.mjs in the node reports it. */
async function longestPause(node: PosternProcess): Promise<number> {
  const reported = () => [...node.stderr().matchAll(/^longest pause: ([\d.]+) ms$/gm)];
  const report = async () => {
    const before = reported().length;
    node.kill('SIGWINCH');
    await waitUntil(() => reported().length > before, 'the node reports its longest pause');
  };
  await report();
  await pause(WINDOW_MS);
  await report();
  return Number(reported().at(-1)?.[1]);
}
