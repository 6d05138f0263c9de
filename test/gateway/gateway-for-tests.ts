// A gateway on real parts: catalogue and upstream on the run's Postgres, a real Redis, certificates
// of its own, and the hands of a person who approves.

import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { AuditTrail } from '../../src/audit/audit-queue.ts';
import { createUser } from '../../src/catalogue/accounts/users.ts';
import { type RegisteredProject, registerProject } from '../../src/catalogue/projects/register-project.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { openCatalogue } from '../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { systemClock } from '../../src/clock.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { createFleet, type Fleet } from '../../src/fleet/fleet.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { GatewayDependencies, GatewayTimes } from '../../src/gateway/session/gateway-parts.ts';
import { newNodeId, personalAccountId } from '../../src/ids.ts';
import type { LimitFigures } from '../../src/limits/limit-rules.ts';
import { Limits } from '../../src/limits/limits.ts';
import { DeviceLogins } from '../../src/login/device/device-logins.ts';
import { Grants } from '../../src/login/grant/grants.ts';
import { LoginEvents } from '../../src/login/request/login-events.ts';
import type { Approval, LoginRequest } from '../../src/login/request/login-request.ts';
import { LoginRequests } from '../../src/login/request/login-requests.ts';
import { ReverseCodes } from '../../src/login/request/reverse-codes.ts';
import { IssuerKeys } from '../../src/login/workload/issuer-keys.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { parseNetworks } from '../../src/network-address.ts';
import { tenantFetchOf } from '../../src/provisioning/tenant-web.ts';
import { createRedis, type RedisClient } from '../../src/redis/redis-client.ts';
import { Secret } from '../../src/secret.ts';
import { lookupAddresses } from '../../src/wire/dial/dial-address.ts';
import { newSealingKey, type PersonForTests } from '../support/databases/catalogue-for-tests.ts';
import {
  createCatalogueDatabase,
  createTestDatabase,
  postgresUrl,
  runAsSuperuser,
} from '../support/databases/postgres-for-tests.ts';
import { startEmbeddedRedis } from '../support/databases/redis-for-tests.ts';
import { loadTestCertificates } from './load-test-certificates.ts';
import type { RawClient } from './raw-client.ts';

export interface GatewayOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: (config: Config) => Config;
  readonly times?: Partial<GatewayTimes>;
  readonly computes?: Partial<GatewayDependencies['computes']>;
  /** Another node's Redis and catalogue, to be of one fleet. */
  readonly fleetOf?: GatewayForTests;
  readonly clearTextOnly?: boolean;
  readonly pace?: LimitFigures['pace'];
  readonly failures?: LimitFigures['failures'];
  readonly rules?: LimitFigures['rules'];
  /** Besides that of the run's Postgres. */
  readonly upstreamPorts?: readonly number[];
  /** A Redis of the test's own, instead of a new embedded one. */
  readonly redisUrl?: string;
}

export interface GatewayForTests {
  readonly gateway: Gateway;
  readonly port: number;
  readonly caPem: string;
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly fleet: Fleet;
  readonly metrics: Metrics;
  readonly auditTrail: AuditTrail;
  readonly redis: RedisClient;
  readonly redisUrl: string;
  readonly catalogueUrl: string;
  readonly sealingKey: Secret;
  /** Lines logged so far, parsed. */
  logged(): Record<string, unknown>[];
  close(): Promise<void>;
}

type Closer = () => unknown;

const LOOPBACK = parseNetworks(['127.0.0.0/8', '::1/128']);
const DIAL_POLICY = { allowedNetworks: LOOPBACK, listed: [], forbidden: [], lookup: lookupAddresses };
const UNHOSTED = {
  wake: async () => {},
  restoreRole: async () => false,
  sharesOnHost: async () => ({}),
  noteUse: () => {},
  readDatabases: async () => {},
};

/** Link logins from everywhere may wait a minute; the caller closes it. */
export async function startGateway(options: GatewayOptions = {}): Promise<GatewayForTests> {
  const closers: Closer[] = [];
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, linesInto(lines));
  const defaults = { POSTERN_PG_PORT: '0', POSTERN_LOGIN_TTL: '60s', POSTERN_TRUST_LOOPBACK: 'yes' };
  const loaded = loadConfig({ ...defaults, ...options.environment });
  const config = options.config?.(loaded) ?? loaded;
  const stores = await openStores(options, closers);
  const nodeId = newNodeId();
  const catalogue = await openCatalogue({
    url: new Secret(stores.catalogueUrl),
    log,
    clock: systemClock,
    sealer: new Sealer([stores.sealingKey]),
    nodeId,
  });
  closers.push(() => catalogue.close());
  const connect = (purpose: 'commands' | 'subscriber' | 'limiter') => {
    const client = createRedis(stores.redisUrl, { purpose, log });
    closers.push(() => client.disconnect());
    return client;
  };
  const [redis, subscriber, limiter] = [connect('commands'), connect('subscriber'), connect('limiter')];
  const metrics = createMetrics();
  const auditTrail = new AuditTrail({ catalogue, metrics, log });
  const fleet = createFleet({ catalogue, redis, subscriber, nodeId, version: '0.0.0-test', clock: systemClock, log });
  const events = new LoginEvents({ subscriber, log });
  const certificates = await loadTestCertificates(closers);
  const ownPort = Number(new URL(postgresUrl()).port);
  const dialPolicy = { ...DIAL_POLICY, allowedPorts: [ownPort, ...(options.upstreamPorts ?? [])] };
  const kept = { ttlMs: config.login.ttlMs, nodeId, tokenKey: stores.sealingKey };
  const loginRequests = new LoginRequests({ redis, events, limits: config.limits, log, ...kept });
  const login = {
    loginRequests,
    deviceLogins: new DeviceLogins({ redis, loginRequests }),
    grants: new Grants({ redis }),
    reverseCodes: new ReverseCodes({ redis, secret: stores.sealingKey }),
  };
  fleet.endGrantsBy(async (ending) => void (await login.grants.endBy(ending)));
  const gateway = createGateway({
    config,
    log,
    clock: systemClock,
    nodeId,
    publicUrl: () => 'https://console.example.com',
    certificates: options.clearTextOnly === true ? null : certificates.loaded,
    catalogue,
    ...login,
    issuerKeys: new IssuerKeys(tenantFetchOf(config, dialPolicy)),
    liveConnections: fleet.liveConnections,
    cancelRoutes: fleet.cancelRoutes,
    auditTrail,
    metrics,
    limits: new Limits({
      redis: limiter,
      log,
      figures: {
        rules: { ...ROOMY_RULES, ...options.rules },
        ...{ caps: { person: 1_000, compute: 1_000 }, pace: options.pace ?? {} },
        failures: options.failures ?? { ofNetwork: 100_000, ofBroadNetwork: 100_000 },
      },
    }),
    computes: { ...UNHOSTED, ...options.computes },
    consumption: { recordTransfer: () => {} },
    dialPolicy,
    mockSecret: stores.sealingKey,
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  await fleet.start();
  const { port } = await gateway.listen();
  closers.push(
    () => metrics.close(),
    () => events.close(),
    () => auditTrail.close(),
    () => fleet.close(),
    () => gateway.close(),
  );
  return {
    gateway,
    port,
    caPem: certificates.caPem,
    config,
    catalogue,
    ...login,
    fleet,
    metrics,
    auditTrail,
    redis,
    ...stores,
    logged: () => lines.flatMap((line) => JSON.parse(line)),
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer();
    },
  };
}

const ROOMY = { points: 100_000, windowMs: 60_000 };
const ROOMY_RULES = {
  login_requests_of_address: ROOMY,
  login_requests_of_network: ROOMY,
  login_requests_of_broad_network: ROOMY,
};

async function openStores({ fleetOf, redisUrl }: GatewayOptions, closers: Closer[]) {
  if (fleetOf !== undefined) {
    const { redisUrl, catalogueUrl, sealingKey } = fleetOf;
    return { redisUrl, catalogueUrl, sealingKey };
  }
  const database = await createCatalogueDatabase();
  closers.push(() => database.close());
  const stores = { catalogueUrl: database.url, sealingKey: newSealingKey() };
  if (redisUrl !== undefined) return { ...stores, redisUrl };
  const store = await startEmbeddedRedis();
  closers.push(() => store.close());
  return { ...stores, redisUrl: store.url };
}

function linesInto(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}

export interface UpstreamForTests {
  /** What may log in there, with SCRAM. */
  readonly role: { readonly name: string; readonly password: string };
  /** The project's own first. */
  readonly databases: readonly string[];
  close(): Promise<void>;
}

/** Two databases and a role on the run's Postgres. */
export async function createUpstream(): Promise<UpstreamForTests> {
  const name = `role_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await runAsSuperuser(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
  const databases = [await createTestDatabase(), await createTestDatabase()];
  return {
    role: { name, password },
    databases: databases.map((database) => database.name),
    async close() {
      for (const database of databases) await database.close();
      await runAsSuperuser(`DROP ROLE ${name}`);
    },
  };
}

export interface DeveloperForTests extends PersonForTests {
  readonly project: RegisteredProject;
}

/** A person with a project whose compute is the given upstream. */
export async function addDeveloper(
  { catalogue }: Pick<GatewayForTests, 'catalogue'>,
  upstream: UpstreamForTests,
  compute: Partial<{ host: string; port: number; state: 'active' | 'idle' }> = {},
): Promise<DeveloperForTests> {
  const name = `person-${randomBytes(6).toString('hex')}`;
  const email = `${name}@example.com`;
  const user = await createUser(catalogue, SYSTEM_CONTEXT, { email, name, password: null });
  const accountId = personalAccountId(user.id);
  const { hostname, port } = new URL(postgresUrl());
  const { role } = upstream;
  const project = await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name: 'shop', pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: null,
      host: hostname,
      port: Number(port),
      tls: { mode: 'disable' },
      ...compute,
    },
    databases: upstream.databases.map((database) => ({ name: database, ownerName: role.name })),
    roles: [{ name: role.name, password: new Secret(role.password) }],
  });
  return { userId: user.id, email, accountId, project };
}

/** What the person would choose on the page; the project's own database and role. */
export function approvalOf({ userId, project }: DeveloperForTests, changes: Partial<Approval> = {}): Approval {
  return {
    userId,
    computeId: project.compute.id,
    database: null,
    databaseRole: null,
    access: 'read_write',
    browserAddress: '127.0.0.1',
    rightAsOf: null,
    remember: 'once',
    grantId: null,
    ...changes,
  };
}

/** Opens the link that the client was shown, as that person. */
export async function claimLink(
  { loginRequests }: Pick<GatewayForTests, 'loginRequests'>,
  client: RawClient,
  { userId }: Pick<DeveloperForTests, 'userId'>,
): Promise<LoginRequest> {
  const request = await loginRequests.findByToken(client.token);
  if (request === null) throw new Error('the link is unknown');
  const claimed = await loginRequests.claim(request.id, { userId, browserAddress: '127.0.0.1' });
  if (claimed.kind === 'refused') throw new Error(`the link is ${claimed.request?.status}`);
  return claimed.request;
}

/** Opens the link and approves. */
export async function approveLink(
  gateway: Pick<GatewayForTests, 'loginRequests'>,
  client: RawClient,
  developer: DeveloperForTests,
  changes: Partial<Approval> = {},
): Promise<LoginRequest> {
  const { id } = await claimLink(gateway, client, developer);
  const approved = await gateway.loginRequests.approve(id, {
    userId: developer.userId,
    approval: approvalOf(developer, changes),
  });
  if (approved.kind === 'refused') throw new Error(`the login request is ${approved.request?.status}`);
  return approved.request;
}
