// Nodes that measure, on the run's Postgres as their host, with a clock that tests push and without
// the gateway.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { Closers } from '../../src/async/closers.ts';
import type { RegisteredProject } from '../../src/catalogue/projects/register-project.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { openCatalogue } from '../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { loadConfig } from '../../src/config/config.ts';
import { type ComputeId, newNodeId } from '../../src/ids.ts';
import { createLog } from '../../src/log.ts';
import type { ConsumptionFrame, Granularity } from '../../src/metering/frames/consumption-figures.ts';
import { type ConsumptionHistory, createConsumptionHistory } from '../../src/metering/frames/consumption-history.ts';
import { createMetering, type Metering } from '../../src/metering/metering.ts';
import { parseNetworks } from '../../src/network-address.ts';
import type { HostedProject, HostedProjectInput } from '../../src/provisioning/hosted/create-hosted-project.ts';
import { openProvisioning } from '../../src/provisioning/open-provisioning.ts';
import type { Provisioning } from '../../src/provisioning/provisioning.ts';
import { Secret } from '../../src/secret.ts';
import { lookupAddresses } from '../../src/wire/dial/dial-address.ts';
import type { DialPolicy } from '../../src/wire/dial/dial-policy.ts';
import { addPerson, type PushedClock, pushedClock } from '../support/databases/catalogue-for-tests.ts';
import { createCatalogueDatabase, postgresUrl } from '../support/databases/postgres-for-tests.ts';
import { queryRows } from '../support/databases/query-rows.ts';
import { waitUntil } from '../support/wait-until.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
const COUNTED_AFTER_MS = 1_500;

/** Nothing private but what was attached by an operator may be dialled. */
const DIAL_POLICY: DialPolicy = {
  allowedNetworks: parseNetworks([]),
  allowedPorts: [5432, 6432],
  listed: [],
  forbidden: [],
  lookup: lookupAddresses,
};

export interface MeteringNode {
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly metering: Metering;
  readonly history: ConsumptionHistory;
  /** Computes that have connections through Postern, as the fleet would say. */
  readonly inUse: Set<ComputeId>;
  close(): Promise<void>;
}

export interface MeteringForTests extends MeteringNode {
  readonly clock: PushedClock;
  /** Another node on the same catalogue, closed with the test. */
  startNode(): Promise<MeteringNode>;
}

/** All frames of a project, of every period. */
export async function framesOf(
  { history }: Pick<MeteringNode, 'history'>,
  { project }: Pick<RegisteredProject, 'project'>,
  granularity: Granularity = 'hourly',
): Promise<ConsumptionFrame[]> {
  const range = { granularity, from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };
  const projects = await history.readProjects(project.accountId, [project.id], range);
  return (projects.get(project.id) ?? []).flatMap(({ frames }) => [...frames]);
}

export interface MeasuredProject extends HostedProject {
  readonly databaseName: string;
  /** Superuser's URL of the project's database. */
  readonly url: string;
}

/** One catalogue and node for all tests of a file; call it where a suite is defined. */
export function useMetering(start?: Date): () => MeteringForTests {
  let started: MeteringForTests | null = null;
  const closers: Array<() => Promise<void>> = [];
  beforeAll(async () => {
    const clock = pushedClock(start);
    const database = await createCatalogueDatabase();
    closers.push(database.close);
    const sealer = new Sealer([new Secret(randomBytes(32).toString('base64'))]);
    const openNode = async () => {
      const options = { url: new Secret(database.url), clock, sealer, nodeId: newNodeId(), log: createLog('silent') };
      return await startNodeOn(await openCatalogue(options));
    };
    const first = await openNode();
    closers.push(first.close);
    const startNode = async () => {
      const node = await openNode();
      onTestFinished(node.close);
      return node;
    };
    started = { ...first, clock, startNode };
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  return () => {
    if (started === null) throw new Error('metering is started before the first test');
    return started;
  };
}

async function startNodeOn(catalogue: Catalogue): Promise<MeteringNode> {
  const log = createLog('silent');
  const url = new Secret(postgresUrl());
  const closers = new Closers(log);
  const { provisioning, hosts } = await openProvisioning({
    config: loadConfig({}),
    catalogue,
    sources: [{ id: 'local', pgVersion: 18, regionId: 'local', startsOnFirstUse: false, url: async () => url }],
    ownEndpoints: [],
    clock: catalogue.clock,
    log,
    closers,
  });
  const inUse = new Set<ComputeId>();
  const metering = createMetering({
    catalogue,
    hosts,
    dialPolicy: DIAL_POLICY,
    computesInUse: async () => inUse,
    suspend: async (computeId) => void (await provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId })),
    log,
  });
  const close = async () => {
    await metering.close();
    await closers.closeAll();
    await catalogue.close();
  };
  return { catalogue, provisioning, metering, history: createConsumptionHistory(catalogue), inUse, close };
}

/** A hosted project of an account of its own. */
export async function addHostedProject(
  { catalogue, provisioning }: MeteringNode,
  input: Partial<HostedProjectInput> = {},
): Promise<MeasuredProject> {
  const accountId = input.accountId ?? (await addPerson(catalogue, 'owner')).accountId;
  const project = await provisioning.createHostedProject(SYSTEM_CONTEXT, { name: 'measured', ...input, accountId });
  const databaseName = project.databases[0]?.name ?? '';
  const url = new URL(postgresUrl());
  url.pathname = `/${databaseName}`;
  return { ...project, databaseName, url: url.href };
}

/** Runs statements in the project's database and waits until Postgres' statistics tell of them. */
export async function load({ databaseName, url }: MeasuredProject, sql: string): Promise<void> {
  const sessions = await countSessions(databaseName);
  await queryRows(url, sql);
  await waitUntil(
    async () => (await countSessions(databaseName)) > sessions,
    `the statistics of ${databaseName} tell of the session`,
  );
}

/** Waits until the statistics have settled: Postgres adds a session up seconds after it. */
export async function untilCounted({ databaseName }: MeasuredProject): Promise<void> {
  const counters = async () =>
    JSON.stringify(await queryRows(postgresUrl(), `select * from pg_stat_database where datname = '${databaseName}'`));
  await waitUntil(async () => {
    const before = await counters();
    await sleep(COUNTED_AFTER_MS);
    return (await counters()) === before;
  }, `the statistics of ${databaseName} stand still`);
}

/** A session on the project's database until the test ends or closes it. */
export async function openSession({ url }: MeasuredProject): Promise<{ close(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return { close: () => client.end() };
}

async function countSessions(databaseName: string): Promise<number> {
  const [row] = await queryRows(
    postgresUrl(),
    `select s.sessions - count(a.pid) as ended from pg_stat_database s
     left join pg_stat_activity a on a.datid = s.datid and a.usesysid is not null
     where s.datname = '${databaseName}' group by s.sessions`,
  );
  return Number(row?.ended);
}

/** What Postgres itself says of a database and of its WAL. */
export async function postgresFigures({ databaseName }: MeasuredProject) {
  const [row] = await queryRows(
    postgresUrl(),
    `select active_time, pg_database_size(datid) as size, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as wal
     from pg_stat_database where datname = '${databaseName}'`,
  );
  return { activeMs: Number(row?.active_time), sizeBytes: Number(row?.size), walBytes: Number(row?.wal) };
}
