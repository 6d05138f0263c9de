// Measures whether lists and consumption stay fast as the catalogue grows: the same pages of one
// organization with 50 projects, in a small and in a large catalogue. `npx tsx
// bench/catalogue-lists.ts [--projects 10000]`.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listProjects } from '../src/catalogue/projects/project-lists.ts';
import type { Catalogue } from '../src/catalogue/store/catalogue.ts';
import { openCatalogue } from '../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/trail/audit-context.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres/embedded-postgres.ts';
import { newNodeId, type ProjectId } from '../src/ids.ts';
import { createLog } from '../src/log.ts';
import { type ConsumptionHistory, createConsumptionHistory } from '../src/metering/frames/consumption-history.ts';
import { Secret } from '../src/secret.ts';
import {
  addManyProjects,
  bulkOrganization,
  bulkProjects,
  MEASURED_FROM,
} from '../test/support/databases/many-projects.ts';
import { queryRows } from '../test/support/databases/query-rows.ts';
import { type Measurement, markdownTable } from './report/report.ts';

const PROJECTS_PER_ORGANIZATION = 50;
const HOURS = 24;
const ROUNDS = 200;
const WARM_UP_ROUNDS = 20;
const ORGANIZATION = 7;

interface FilledCatalogue {
  readonly name: string;
  readonly catalogue: Catalogue;
  readonly history: ConsumptionHistory;
  readonly projectIds: readonly ProjectId[];
}

interface Workload {
  readonly name: string;
  read(filled: FilledCatalogue): Promise<unknown>;
}

const ACCOUNT_ID = bulkOrganization(ORGANIZATION);
const RANGE = {
  granularity: 'hourly',
  from: MEASURED_FROM,
  to: new Date(MEASURED_FROM.getTime() + HOURS * 3_600_000),
} as const;

const WORKLOADS: readonly Workload[] = [
  {
    name: 'page of 10 projects',
    read: ({ catalogue }) => listProjects(catalogue, SYSTEM_CONTEXT, { accountId: ACCOUNT_ID, limit: 10 }),
  },
  {
    name: 'search for a part of a name',
    read: ({ catalogue }) =>
      listProjects(catalogue, SYSTEM_CONTEXT, { accountId: ACCOUNT_ID, limit: 10, search: 'ulk 1' }),
  },
  {
    name: 'hourly history of 10 projects, a day',
    read: ({ history, projectIds }) => history.readProjects(ACCOUNT_ID, projectIds, RANGE),
  },
  { name: 'hourly history of the account, a day', read: ({ history }) => history.readAccount(ACCOUNT_ID, RANGE) },
  { name: 'billing period of 10 projects', read: ({ history, projectIds }) => history.readBillingPeriod(projectIds) },
];

const { values } = parseArgs({ options: { projects: { type: 'string', default: '10000' } } });
const sizes = [500, Number(values.projects)];
const log = createLog('error');
const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: folder, log, settings: { fsync: 'off' } });
try {
  const catalogues = await Promise.all(sizes.map(fillCatalogue));
  try {
    const measurements: Measurement[] = [];
    for (const workload of WORKLOADS) measurements.push(await measure(workload, catalogues));
    process.stdout.write(`${markdownTable(measurements, sizes.map(columnName))}\n`);
  } finally {
    await Promise.all(catalogues.map(({ catalogue }) => catalogue.close()));
  }
} finally {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}

/** Rounds are interleaved, so that other work of the machine affects all sizes alike. */
async function measure(workload: Workload, catalogues: readonly FilledCatalogue[]): Promise<Measurement> {
  const rounds = new Map<string, number[]>(catalogues.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const filled of catalogues) {
      const began = performance.now();
      await workload.read(filled);
      if (round >= 0) rounds.get(filled.name)?.push(performance.now() - began);
    }
  }
  return { workload: workload.name, unit: 'ms', better: 'less', rounds };
}

async function fillCatalogue(projects: number): Promise<FilledCatalogue> {
  const url = new URL(postgres.adminUrl.reveal());
  const database = `catalogue_${projects}`;
  await queryRows(url.href, `create database ${database}`);
  url.pathname = `/${database}`;
  const catalogue = await openFreshCatalogue(url);
  const many = { organizations: Math.floor(projects / PROJECTS_PER_ORGANIZATION), projects, hours: HOURS };
  await addManyProjects(catalogue.db, many);
  await queryRows(url.href, 'vacuum analyze');
  return {
    name: columnName(projects),
    catalogue,
    history: createConsumptionHistory(catalogue),
    projectIds: bulkProjects(ORGANIZATION, many).slice(0, 10),
  };
}

async function openFreshCatalogue(url: URL): Promise<Catalogue> {
  return await openCatalogue({
    url: new Secret(url.href),
    log,
    clock: { now: () => RANGE.to },
    sealer: new Sealer([new Secret(Buffer.alloc(32, 7).toString('base64'))]),
    nodeId: newNodeId(),
  });
}

function columnName(projects: number): string {
  return `${projects.toLocaleString('en')} projects`;
}
