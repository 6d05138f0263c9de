// Compares Postern with its peers in one run on one machine: rounds are interleaved, medians
// compared, and only ratios are meaningful. `npm run bench [-- --rounds 3 --seconds 4]` prints a
// table and keeps it under bench/results/.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchPath } from './bench-path.ts';
import { logInByLink } from './good-login.ts';
import { startStack } from './paths.ts';
import { type Measurement, markdownTable, ratioBetween } from './report.ts';
import {
  type BenchSettings,
  type ClientTls,
  connects,
  connectTime,
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

const LOGINS = 'pgbench -S -C, logins';
const WORKLOADS: readonly Workload[] = [
  {
    name: 'pgbench -S, 1 client',
    unit: 'tps',
    better: 'more',
    measure: (path, tls, settings) => readOnlyTransactions(path, tls, { ...settings, clients: 1 }),
  },
  {
    name: 'pgbench -S, 16 clients',
    unit: 'tps',
    better: 'more',
    measure: (path, tls, settings) => readOnlyTransactions(path, tls, { ...settings, clients: 16 }),
  },
  { name: LOGINS, unit: 'per s', better: 'more', measure: connects },
  { name: 'COPY out', unit: 'MB/s', better: 'more', measure: copyOut },
  { name: 'COPY in', unit: 'MB/s', better: 'more', measure: copyIn },
  { name: 'memory of an idle connection', unit: 'KiB', better: 'less', measure: memoryPerConnection },
];

/**
 * By link: from the click to psql's end. Elsewhere a whole psql run with one query, which nobody
 * has to approve.
 */
const APPROVE_TO_READY = { name: 'approval to first row and exit', unit: 'ms', better: 'less' } as const;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '4' } },
});
const rounds = Number(values.rounds);
const settings: BenchSettings = { seconds: Number(values.seconds) };
const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
const stack = await startStack(folder);
try {
  await report(await measureAll());
} finally {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<Measurement[]> {
  const [direct] = stack.paths;
  if (direct === undefined) throw new Error('there is nothing to compare with');
  await prepareTables(direct);
  const measurements: Measurement[] = [];
  for (const tls of ['disable', 'require'] as const) {
    for (const workload of WORKLOADS) measurements.push(await measure(workload, tls));
  }
  measurements.push(await measure({ ...APPROVE_TO_READY, measure: approveToReady }, 'require'));
  return measurements;
}

async function approveToReady(path: BenchPath, tls: ClientTls): Promise<number> {
  if (path.name !== 'postern') return await connectTime(path, tls);
  const environment = { PGDATABASE: path.database, PGSSLMODE: tls };
  return (await logInByLink(stack.browser, { port: path.port, environment })).ready;
}

async function report(measurements: readonly Measurement[]): Promise<void> {
  const table = markdownTable(
    measurements,
    stack.paths.map((path) => path.name),
  );
  const logins = measurements.find(({ workload }) => workload === nameOf(LOGINS, 'require'));
  const ratio = logins === undefined ? '–' : ratioBetween(logins, 'postern', 'pgbouncer');
  const title = `Node ${process.version}, ${cpus().length} cores, ${rounds} rounds of ${settings.seconds} s; direct = 1`;
  const last = `Logins per second by access token: ${ratio} of pgbouncer's connects per second, both with TLS and SCRAM.`;
  process.stdout.write(`\n${title}\n\n${table}\n\n${last}\n`);
  await mkdir('bench/results', { recursive: true });
  await writeFile('bench/results/latest.md', `${title}\n\n${table}\n\n${last}\n`);
}

async function measure(workload: Workload, tls: ClientTls): Promise<Measurement> {
  const byPath = new Map<string, number[]>(stack.paths.map((path) => [path.name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const path of stack.paths) byPath.get(path.name)?.push(await workload.measure(path, tls, settings));
  }
  const name = nameOf(workload.name, tls);
  process.stdout.write(`${name}: ${JSON.stringify(Object.fromEntries(byPath))}\n`);
  return { workload: name, unit: workload.unit, better: workload.better, rounds: byPath };
}

function nameOf(workload: string, tls: ClientTls): string {
  return `${workload}, ${tls === 'require' ? 'client TLS' : 'clear'}`;
}
