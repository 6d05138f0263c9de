// Compares Postern with its peers and with what Node can do at best, in one run on one machine:
// rounds alternate, medians are compared, and only ratios and CPU times are meaningful.
// `npm run bench [-- --rounds 5 --seconds 4 --only logins --clear no --warm-up 1000 --keep]` prints
// a table, and what has changed since the report that is kept for this version of Node
// (report/kept-report.ts). `--clear no` leaves out the connections without TLS.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchPath } from './bench-path.ts';
import { logInByLink } from './good-login.ts';
import { startStack } from './paths.ts';
import { cpuMs } from './relay/process-cpu.ts';
import { goalsTable } from './report/goals.ts';
import { compareWithKept, keepReport } from './report/kept-report.ts';
import { type Measurement, markdownTable } from './report/report.ts';
import {
  type BenchSettings,
  type ClientTls,
  connectAll,
  connects,
  connectTime,
  copyIn,
  copyOut,
  firstLogins,
  memoryPerConnection,
  type Outcome,
  prepareTables,
  readOnlyTransactions,
} from './workloads.ts';

interface Workload {
  readonly name: string;
  readonly unit: string;
  readonly better: Measurement['better'];
  /** All but the floor of logins, unless said otherwise. */
  readonly paths?: readonly BenchPath[];
  /** What `measure` begins with and no unit pays for, such as connecting: its CPU is taken off. */
  begin?(path: BenchPath, tls: ClientTls): Promise<unknown>;
  measure(path: BenchPath, tls: ClientTls, settings: BenchSettings): Promise<Outcome>;
}

const LOGINS = 'logins';
const MEMORY = 'memory of an idle connection';
const WORKLOADS: readonly Workload[] = [
  ...[1, 16, 64].map(
    (clients): Workload => ({
      name: clients === 1 ? '1 client' : `${clients} clients`,
      unit: 'tps',
      better: 'more',
      begin: (path, tls) => connectAll(path, tls, clients),
      measure: (path, tls, settings) => readOnlyTransactions(path, tls, { ...settings, clients }),
    }),
  ),
  { name: LOGINS, unit: 'per s', better: 'more', measure: connects },
  { name: 'COPY out', unit: 'MB/s', better: 'more', measure: copyOut },
  { name: 'COPY in', unit: 'MB/s', better: 'more', measure: copyIn },
  { name: MEMORY, unit: 'KiB', better: 'less', measure: memoryPerConnection },
];

/**
 * By link: from the click to psql's end. Elsewhere a whole psql run with one query, which nobody
 * has to approve.
 */
const APPROVE_TO_READY = { name: 'approval to first row and exit', unit: 'ms', better: 'less' } as const;

/** Refused, since the first connection of libpq has no token yet. */
const FIRST_LOGINS = { name: 'first logins by OAUTHBEARER', unit: 'per s', better: 'more' } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
    clear: { type: 'string', default: 'yes' },
    'warm-up': { type: 'string', default: '1000' },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
/** Not counted: until then the just-in-time compiler is most of what a login costs. */
const WARM_UP = { units: Number(values['warm-up']), mostTries: 12 };
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
  const isAsked = ({ name }: Pick<Workload, 'name'>) => name.includes(values.only);
  for (const tls of values.clear === 'no' ? (['require'] as const) : (['disable', 'require'] as const)) {
    for (const workload of WORKLOADS.filter(isAsked)) {
      measurements.push(...(await measure(workload, tls)));
      // At once: what a run that is broken off has measured is kept.
      if (values.keep) await keepReport(measurements, title());
    }
  }
  if (isAsked(APPROVE_TO_READY)) {
    measurements.push(...(await measure({ ...APPROVE_TO_READY, measure: approveToReady }, 'require')));
  }
  if (isAsked(FIRST_LOGINS)) {
    const measureOnce: Workload['measure'] = ({ port }, _tls, { seconds }) =>
      firstLogins({ port, caPem: stack.caPem }, seconds);
    const paths = [...stack.paths.filter(({ name }) => name === 'postern'), stack.refusalFloor];
    measurements.push(...(await measure({ ...FIRST_LOGINS, paths, measure: measureOnce }, 'require')));
  }
  return measurements;
}

async function approveToReady(path: BenchPath, tls: ClientTls): Promise<Outcome> {
  if (path.name !== 'postern') return await connectTime(path, tls);
  const environment = { PGDATABASE: path.database, PGSSLMODE: tls };
  return { figure: (await logInByLink(stack.browser, { port: path.port, environment })).ready, units: 1 };
}

async function report(measurements: readonly Measurement[]): Promise<void> {
  const names = [...stack.paths, stack.loginFloor, stack.refusalFloor].map((path) => path.name);
  const parts = [title(), markdownTable(measurements, names), goalsTable(measurements)];
  const changes = await compareWithKept(measurements);
  process.stdout.write(`\n${[...parts, changes].join('\n\n')}\n`);
  if (values.keep) await keepReport(measurements, title());
}

function title(): string {
  const [load = Number.NaN] = loadavg();
  const machine = `${cpus().length} cores, load ${Math.round(load)}`;
  return `Node ${process.version}, ${machine}, ${rounds} rounds of ${settings.seconds} s; direct = 1`;
}

/** The figures, and the CPU time of a unit in the process between client and Postgres. */
async function measure(workload: Workload, tls: ClientTls): Promise<Measurement[]> {
  const isLogin = workload.name === LOGINS && tls === 'require';
  const paths = workload.paths ?? (isLogin ? [...stack.paths, stack.loginFloor] : stack.paths);
  const figures = new Map<string, number[]>(paths.map((path) => [path.name, []]));
  const cpu = new Map<string, number[]>(paths.map((path) => [path.name, []]));
  // The first round is like the others there: it opens hundreds of connections.
  const warmed = workload.name === MEMORY ? [] : paths;
  for (const path of warmed) await warmUp(() => workload.measure(path, tls, settings));
  for (let round = 0; round < rounds; round += 1) {
    for (const path of paths) {
      const begun = await cpuOf(path);
      await workload.begin?.(path, tls);
      const before = await cpuOf(path);
      const { figure, units } = await workload.measure(path, tls, settings);
      figures.get(path.name)?.push(figure);
      cpu.get(path.name)?.push((((await cpuOf(path)) - before - (before - begun)) * 1_000) / units);
    }
  }
  const name = nameOf(workload.name, tls);
  process.stdout.write(`${name}: ${JSON.stringify(Object.fromEntries(figures))}\n`);
  const { unit, better } = workload;
  return [
    { workload: name, unit, better, rounds: figures },
    { workload: `CPU, ${name}`, unit: 'µs', better: 'less', rounds: cpu },
  ];
}

async function warmUp(measureOnce: () => Promise<Outcome>): Promise<void> {
  let units = 0;
  for (let tries = 0; tries < WARM_UP.mostTries && units < WARM_UP.units; tries += 1) {
    units += (await measureOnce()).units || WARM_UP.units;
  }
}

async function cpuOf({ processId }: BenchPath): Promise<number> {
  return processId === null ? Number.NaN : await cpuMs(processId);
}

function nameOf(workload: string, tls: ClientTls): string {
  return `${workload}, ${tls === 'require' ? 'client TLS' : 'clear'}`;
}
