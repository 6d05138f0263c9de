// What a round trip of SELECT 1 through Postern costs in CPU time, against a bare Node pipe in the
// same run, in clear text and over the client's TLS. What a node costs without any client
// (heartbeats, timers) is subtracted. `npm run bench:relay [-- --rounds 7 --trips 20000]`;
// POSTERN_TREE=<path> measures that built checkout as well.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Closers } from '../../src/async/closers.ts';
import { createLog } from '../../src/log.ts';
import { type Measurement, markdownTable } from '../report/report.ts';
import { startBarePipe } from './floors.ts';
import { GUEST, type MeasuredStack, startMeasuredStack } from './measured-nodes.ts';
import { backgroundCpu, cpuMs } from './process-cpu.ts';
import { QueryClient } from './query-client.ts';

interface Proxy {
  readonly name: string;
  readonly processId: number;
  readonly port: number;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, trips: { type: 'string', default: '20000' } },
});
const rounds = Number(values.rounds);
const trips = Number(values.trips);
/** Enough to keep the proxy busy, so that it rarely sleeps between two events. */
const CLIENTS = 8;
const WARM_UP_TRIPS = 5_000;
const BARE_PIPE = 'bare pipe';

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
try {
  await using stack = await startMeasuredStack(folder);
  await measureAll(stack);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(stack: MeasuredStack): Promise<void> {
  const closers = new Closers(createLog('warn'));
  try {
    const proxies = await startProxies(stack, closers);
    const measurements = [await measure('clear', proxies), await measure('client TLS', proxies)];
    process.stdout.write(
      `\n${markdownTable(
        measurements,
        proxies.map(({ name }) => name),
      )}\n`,
    );
  } finally {
    await closers.closeAll();
  }
}

/** The bare pipe first, which the others are compared with. */
async function startProxies(stack: MeasuredStack, closers: Closers): Promise<Proxy[]> {
  const proxies: Proxy[] = [];
  for (const tree of stack.trees) {
    const node = await stack.startNode(tree);
    closers.add(tree.name, async () => await node[Symbol.asyncDispose]());
    proxies.push({ name: tree.name, processId: node.process.pid, port: node.process.pgPort });
  }
  const bare = await startBarePipe(stack.upstream.port, stack.certificate);
  closers.add(BARE_PIPE, () => bare.close());
  return [{ name: BARE_PIPE, ...bare }, ...proxies];
}

async function measure(security: 'clear' | 'client TLS', proxies: readonly Proxy[]): Promise<Measurement> {
  const byProxy = new Map<string, number[]>();
  const clients = await Promise.all(proxies.map((proxy) => connectClients(proxy, security)));
  await Promise.all(clients.map((ofOne) => askAll(ofOne, WARM_UP_TRIPS)));
  const background = await Promise.all(proxies.map(({ processId }) => backgroundCpu(processId)));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { name, processId }] of proxies.entries()) {
      const [before, beganAt] = [await cpuMs(processId), performance.now()];
      await askAll(clients[index] ?? [], trips);
      const idle = (background[index] ?? 0) * (performance.now() - beganAt);
      const microseconds = ((await cpuMs(processId)) - before - idle) * 1_000;
      byProxy.set(name, [...(byProxy.get(name) ?? []), microseconds / trips]);
    }
  }
  for (const client of clients.flat()) client.close();
  process.stdout.write(
    `${security}: ${JSON.stringify(Object.fromEntries(byProxy))}, idle ${JSON.stringify(background)}\n`,
  );
  return { workload: `CPU of a round trip, ${security}`, unit: 'µs', better: 'less', rounds: byProxy };
}

async function connectClients({ port }: Proxy, security: 'clear' | 'client TLS'): Promise<QueryClient[]> {
  const options = { port, user: GUEST, tls: security === 'client TLS' };
  return await Promise.all(Array.from({ length: CLIENTS }, () => QueryClient.connect(options)));
}

async function askAll(clients: readonly QueryClient[], count: number): Promise<void> {
  await Promise.all(clients.map((client) => client.queries(count / clients.length)));
}
