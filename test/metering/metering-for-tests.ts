// Nodes that measure, on the run's Postgres as their host, with a clock that tests push and without the gateway.

import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { SYSTEM_CONTEXT } from '../../src/catalogue/audit-context.ts';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { Sealer } from '../../src/catalogue/sealing.ts';
import type { ComputeId } from '../../src/ids.ts';
import { createLog } from '../../src/log.ts';
import { type ConsumptionHistory, createConsumptionHistory } from '../../src/metering/consumption-history.ts';
import { createMetering, type Metering } from '../../src/metering/metering.ts';
import type { HostedProject, HostedProjectInput } from '../../src/provisioning/create-hosted-project.ts';
import { Hosts } from '../../src/provisioning/hosts.ts';
import { createProvisioning, type Provisioning } from '../../src/provisioning/provisioning.ts';
import { Secret } from '../../src/secret.ts';
import { lookupAddresses } from '../../src/wire/dial-address.ts';
import type { DialPolicy } from '../../src/wire/dial-policy.ts';
import { addPerson, openCatalogueOn, type PushedClock, pushedClock } from '../support/catalogue-for-tests.ts';
import { createTestDatabase, postgresUrl } from '../support/postgres-for-tests.ts';
import { queryRows } from '../support/query-rows.ts';
import { waitUntil } from '../support/wait-until.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;

/** Nothing private but what was attached by an operator may be dialled. */
export const DIAL_POLICY: DialPolicy = {
  allowedNetworks: [],
  allowedPorts: [],
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
}

export interface MeteringForTests extends MeteringNode {
  readonly clock: PushedClock;
  /** Another node on the same catalogue. */
  startNode(): Promise<MeteringNode>;
}

/** Names a project's database, its owner, and everything else that a test asks about. */
export interface LoadedProject extends HostedProject {
  readonly databaseName: string;
  /** Superuser's URL of the project's database. */
  readonly url: string;
}

export async function startMetering(start?: Date): Promise<MeteringForTests> {
  const clock = pushedClock(start);
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const sealer = new Sealer([new Secret(randomBytes(32).toString('base64'))]);
  const startNode = async () => startNodeOn(await openCatalogueOn(database.url, { clock, sealer }));
  return { ...(await startNode()), clock, startNode };
}

async function startNodeOn(catalogue: Catalogue): Promise<MeteringNode> {
  const log = createLog('silent');
  const url = new Secret(`${postgresUrl()}?sslmode=disable`);
  const source = { id: 'local', pgVersion: 18, regionId: 'local', startsOnFirstUse: false, url: async () => url };
  const hosts = new Hosts({ sources: [source], log, onOpened: async () => {} });
  await hosts.start();
  const provisioning = createProvisioning({ catalogue, hosts, dialPolicy: DIAL_POLICY, clock: catalogue.clock, log });
  const inUse = new Set<ComputeId>();
  const metering = createMetering({
    catalogue,
    hosts,
    dialPolicy: DIAL_POLICY,
    computesInUse: async () => inUse,
    suspend: async (computeId) => void (await provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId })),
    log,
  });
  onTestFinished(async () => {
    await metering.close();
    await hosts.close();
  });
  return { catalogue, provisioning, metering, history: createConsumptionHistory(catalogue), inUse };
}

/** A hosted project of its own account, dropped with the test. */
export async function addHostedProject(
  { catalogue, provisioning }: MeteringNode,
  input: Partial<HostedProjectInput> = {},
): Promise<LoadedProject> {
  const accountId = input.accountId ?? (await addPerson(catalogue, 'owner')).accountId;
  const project = await provisioning.createHostedProject(SYSTEM_CONTEXT, { name: 'measured', ...input, accountId });
  const databaseName = project.databases[0]?.name ?? '';
  onTestFinished(async () => {
    await provisioning.deleteProject(SYSTEM_CONTEXT, project.project.id).catch(() => undefined);
  });
  const url = new URL(postgresUrl());
  url.pathname = `/${databaseName}`;
  return { ...project, databaseName, url: url.href };
}

/** Runs statements in the project's database and waits until Postgres' statistics tell of them. */
export async function load({ databaseName, url }: LoadedProject, sql: string): Promise<void> {
  const sessions = await countSessions(databaseName);
  await queryRows(url, sql);
  await waitUntil(
    async () => (await countSessions(databaseName)) > sessions,
    `the statistics of ${databaseName} tell of the session`,
  );
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
