// Postern beside its peers, in one run on one machine: rounds are interleaved, medians compared, and only ratios mean
// something. `npm run bench [-- --rounds 3 --seconds 4]` prints a table and keeps it under bench/results/.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchPath, startStack } from './paths.ts';
import { type Measurement, markdownTable } from './report.ts';
import {
  type BenchSettings,
  type ClientTls,
  connects,
  copyIn,
  copyOut,
  memoryPerConnection,
  prepareTables,
  readOnlyTransactions,
} from './workloads.ts';

interface Workload {
  readonly name: string;
  readonly unit: string;
  readonly better: Measurement['better'];
  measure(path: BenchPath, tls: ClientTls, settings: BenchSettings): Promise<number>;
}

const WORKLOADS: readonly Workload[] = [
  {
    name: 'pgbench -S, 1 client',
    unit: 'tps',
    better: 'more',
    measure: (path, tls, settings) => readOnlyTransactions(path, tls, 1, settings),
  },
  {
    name: 'pgbench -S, 16 clients',
    unit: 'tps',
    better: 'more',
    measure: (path, tls, settings) => readOnlyTransactions(path, tls, 16, settings),
  },
  { name: 'pgbench -S -C, logins', unit: 'per s', better: 'more', measure: connects },
  { name: 'COPY out', unit: 'MB/s', better: 'more', measure: copyOut },
  { name: 'COPY in', unit: 'MB/s', better: 'more', measure: copyIn },
  { name: 'memory of an idle connection', unit: 'KiB', better: 'less', measure: memoryPerConnection },
];

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '4' } },
});
const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
const stack = await startStack(folder);
try {
  const [direct] = stack.paths;
  if (direct === undefined) throw new Error('there is nothing to compare with');
  await prepareTables(direct);
  const measurements: Measurement[] = [];
  for (const tls of ['disable', 'require'] as const) {
    for (const workload of WORKLOADS) measurements.push(await measure(workload, tls));
  }
  const names = stack.paths.map((path) => path.name);
  const table = markdownTable(measurements, names);
  const title = `Node ${process.version}, ${cpus().length} cores, ${values.rounds} rounds of ${values.seconds} s`;
  process.stdout.write(`\n${title}\n\n${table}\n`);
  await mkdir('bench/results', { recursive: true });
  await writeFile('bench/results/latest.md', `${title}\n\n${table}\n`);
} finally {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(workload: Workload, tls: ClientTls): Promise<Measurement> {
  const rounds = new Map<string, number[]>(stack.paths.map((path) => [path.name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const path of stack.paths) {
      rounds.get(path.name)?.push(await workload.measure(path, tls, { seconds: Number(values.seconds) }));
    }
  }
  const name = `${workload.name}, ${tls === 'require' ? 'client TLS' : 'clear'}`;
  process.stdout.write(`${name}: ${JSON.stringify(Object.fromEntries(rounds))}\n`);
  return { workload: name, unit: workload.unit, better: workload.better, rounds };
}
