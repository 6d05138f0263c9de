// The whole web side on a free port with a real catalogue and Redis; people, and waiting terminals.

import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type { Express } from 'express';
import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';
import { type Logger, pino } from 'pino';
import { Closers } from '../../../src/async/closers.ts';
import { AuditTrail } from '../../../src/audit/audit-queue.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { catalogueSettings } from '../../../src/catalogue/store/catalogue-settings.ts';
import { openCatalogue } from '../../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { systemClock } from '../../../src/clock.ts';
import { type Config, loadConfig } from '../../../src/config/config.ts';
import { publicAddress } from '../../../src/config/public-address.ts';
import { createFleet } from '../../../src/fleet/fleet.ts';
import type { LiveConnections } from '../../../src/fleet/live-connections.ts';
import { buildApp } from '../../../src/http/app/build-app.ts';
import { createHttpServer, type HttpServer } from '../../../src/http/app/http-server.ts';
import { loadWebAssets } from '../../../src/http/request/static-assets.ts';
import { newNodeId, type UserId } from '../../../src/ids.ts';
import { Limits } from '../../../src/limits/limits.ts';
import { endOpenedLogins } from '../../../src/login/decide/end-opened-logins.ts';
import { TerminalMemory } from '../../../src/login/decide/terminal-memory.ts';
import { DeviceLogins } from '../../../src/login/device/device-logins.ts';
import { endGrantsBy } from '../../../src/login/grant/end-grants.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import { LoginEvents } from '../../../src/login/request/login-events.ts';
import type { LoginOrigin, LoginRequest } from '../../../src/login/request/login-request.ts';
import { LoginRequests } from '../../../src/login/request/login-requests.ts';
import { ReverseCodes } from '../../../src/login/request/reverse-codes.ts';
import { createMailer } from '../../../src/mail/mailer.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { openProvisioning } from '../../../src/provisioning/open-provisioning.ts';
import type { Provisioning } from '../../../src/provisioning/provisioning.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { Secret } from '../../../src/secret.ts';
import { addPerson, addProject, newSealingKey, type PersonForTests } from '../databases/catalogue-for-tests.ts';
import { createCatalogueDatabase, postgresUrl, type TestDatabase } from '../databases/postgres-for-tests.ts';
import { startEmbeddedRedis } from '../databases/redis-for-tests.ts';
import { loginOrigin } from '../nodes/login-for-tests.ts';
import { BrowserJar } from './browser-jar.ts';
import { beginSession } from './session-for-tests.ts';

/** Where no browser of the tests is. */
export const ELSEWHERE = '203.0.113.9';

export const PASSWORD = 'a sentence works well';

export interface WebForTests {
  /** The public address. */
  readonly url: string;
  /** Where it listens. */
  readonly localUrl: string;
  readonly server: HttpServer;
  /** A second app like the listening one, for inspecting its routes. */
  readonly app: Express;
  readonly catalogue: Catalogue;
  readonly queries: QueryCounter;
  readonly redis: RedisClient;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly auditTrail: AuditTrail;
  readonly liveConnections: LiveConnections;
  /** Hosts projects on the run's own Postgres. */
  readonly provisioning: Provisioning;
  /** People for whom a first project was asked for. */
  readonly firstProjects: readonly string[];
  /** Everything logged so far, as text. */
  logged(): string;
  close(): Promise<void>;
}

type Closer = () => unknown;

/**
 * Close it after use; that drops its database. `environment` is read like the environment of a
 * process; browsers may name their address in X-Forwarded-For.
 */
export async function startWeb(
  environment: Readonly<Record<string, string>> = {},
  { ttlMs = 120_000, database }: { ttlMs?: number; database?: TestDatabase } = {},
): Promise<WebForTests> {
  const defaults = {
    POSTERN_HTTP_PORT: '0',
    POSTERN_TRUSTED_PROXIES: '127.0.0.0/8',
    POSTERN_TRUST_LOOPBACK: 'yes',
  };
  const config = loadConfig({ ...defaults, ...environment });
  const closers: Closer[] = [];
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, linesInto(lines));
  const { catalogue, queries } = await openWebCatalogue(database ?? (await createCatalogueDatabase()), {
    config,
    log,
    closers,
  });
  const parts = await buildParts({ config, catalogue, hostUrl: database?.url, ttlMs, log }, closers);
  const firstProjects: string[] = [];
  const createFirstProject = async (userId: string) => {
    firstProjects.push(userId);
  };
  const deps = { config, log, clock: systemClock, catalogue, ...parts, createFirstProject };
  const server = createHttpServer(deps);
  const { url, port } = await server.listen();
  const address = publicAddress(config.http, port);
  const inner = { readiness: { isReady: true }, mailer: createMailer(deps) };
  const app = buildApp({ deps, address, assets: loadWebAssets(), ...inner });
  const localUrl = `http://127.0.0.1:${port}`;
  closers.push(() => server.close());
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  return {
    url,
    localUrl,
    server,
    app,
    catalogue,
    queries,
    ...parts,
    firstProjects,
    logged: () => lines.join(''),
    close,
  };
}

async function openWebCatalogue(
  database: TestDatabase,
  { config, log, closers }: { config: Config; log: Logger; closers: Closer[] },
): Promise<{ readonly catalogue: Catalogue; readonly queries: QueryCounter }> {
  closers.push(() => database.close());
  const sealer = new Sealer([newSealingKey()]);
  const url = new Secret(database.url);
  const settings = catalogueSettings(config);
  const catalogue = await openCatalogue({ url, log, clock: systemClock, sealer, settings, nodeId: newNodeId() });
  closers.push(() => catalogue.close());
  const queries = new QueryCounter();
  return { catalogue: { ...catalogue, db: catalogue.db.withPlugin(queries) }, queries };
}

/** Counts the statements that are sent outside transactions. */
export class QueryCounter implements KyselyPlugin {
  count = 0;

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    this.count += 1;
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  }
}

async function buildParts(
  from: { config: Config; catalogue: Catalogue; hostUrl: string | undefined; ttlMs: number; log: Logger },
  closers: Closer[],
) {
  const { config, catalogue, hostUrl, ttlMs, log } = from;
  const store = await startEmbeddedRedis();
  closers.push(() => store.close());
  const connect = (purpose: 'commands' | 'subscriber' | 'limiter') => {
    const client = createRedis(store.url, { purpose, log });
    closers.push(() => client.disconnect());
    return client;
  };
  const redis = connect('commands');
  const subscriber = connect('subscriber');
  const events = new LoginEvents({ subscriber, log });
  const limits = { waitingPerAddress: 1_000, waitingInTotal: 1_000, sharedNetworks: [] };
  const metrics = createMetrics();
  const auditTrail = new AuditTrail({ catalogue, metrics, log });
  closers.push(
    () => metrics.close(),
    () => events.close(),
    () => auditTrail.close(),
  );
  const { nodeId } = catalogue;
  const fleet = createFleet({ catalogue, redis, subscriber, nodeId, version: '0.0.0-test', clock: systemClock, log });
  await fleet.start();
  closers.push(() => fleet.close());
  const { liveConnections } = fleet;
  const grants = new Grants({ redis });
  const loginRequests = new LoginRequests({
    ...{ redis, events, limits, ttlMs, nodeId, log },
    tokenKey: new Secret(randomBytes(32).toString('hex')),
  });
  fleet.endGrantsBy(async (ending) => {
    await endGrantsBy(ending, { grants, catalogue });
    await endOpenedLogins({ loginRequests, auditTrail, clock: systemClock, nodeId }, ending);
  });
  return {
    redis,
    metrics,
    auditTrail,
    liveConnections,
    provisioning: await hostingProvisioning({ config, catalogue, hostUrl, log }, closers),
    loginRequests,
    deviceLogins: new DeviceLogins({ redis, loginRequests }),
    grants,
    reverseCodes: new ReverseCodes({ redis, secret: new Secret(randomBytes(32).toString('hex')) }),
    terminalMemory: new TerminalMemory(redis),
    limits: new Limits({ redis: connect('limiter'), log }),
  };
}

async function hostingProvisioning(
  {
    config,
    catalogue,
    hostUrl,
    log,
  }: { config: Config; catalogue: Catalogue; hostUrl: string | undefined; log: Logger },
  closers: Closer[],
): Promise<Provisioning> {
  const opened = new Closers(log);
  closers.push(() => opened.closeAll());
  const url = async () => new Secret(hostUrl ?? postgresUrl());
  const host = { id: 'local-18', pgVersion: 18, regionId: 'local', startsOnFirstUse: true, url };
  const { provisioning } = await openProvisioning({
    config,
    catalogue,
    sources: [host],
    ownEndpoints: [],
    clock: systemClock,
    log,
    closers: opened,
  });
  return provisioning;
}

function linesInto(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}

/** A name and a public address that no other test of this file uses. */
export function newIdentity(): { readonly name: string; readonly address: string } {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return { name: `person-${randomBytes(6).toString('hex')}`, address: `198.${a % 2 === 0 ? 18 : 19}.${b}.${c}` };
}

/** A person with the password `PASSWORD`. */
export async function addPersonWithPassword(
  web: WebForTests,
  name = newIdentity().name,
): Promise<{ readonly userId: UserId; readonly email: string }> {
  const input = { email: `${name}@example.com`, name, password: new Secret(PASSWORD) };
  const user = await createUser(web.catalogue, SYSTEM_CONTEXT, input);
  return { userId: user.id, email: user.email };
}

export interface VisitorForTests {
  readonly person: PersonForTests;
  readonly browser: BrowserJar;
  readonly address: string;
}

/** A signed-in person without a project, at a browser with its own address. */
export async function newVisitor(web: WebForTests): Promise<VisitorForTests> {
  const { name, address } = newIdentity();
  const person = await addPerson(web.catalogue, name);
  const session = await beginSession(web.catalogue, { userId: person.userId, ip: address, userAgent: 'test' });
  const browser = new BrowserJar(web.url, { address });
  browser.setSession(session.cookie.reveal());
  return { person, browser, address };
}

/** As `newVisitor`, with one project to connect to. */
export async function newDeveloper(web: WebForTests): Promise<VisitorForTests & { project: RegisteredProject }> {
  const visitor = await newVisitor(web);
  return { ...visitor, project: await addProject(web.catalogue, visitor.person.accountId, 'shop') };
}

/** A terminal that waits, by default on the browser's own machine, and the link that it shows. */
export async function openLoginLink(
  web: WebForTests,
  origin: Partial<LoginOrigin> & Pick<LoginOrigin, 'address'>,
): Promise<{ request: LoginRequest; path: string; token: string }> {
  const { request, token } = await web.loginRequests.open(loginOrigin(origin), { waiting: 'connection' });
  return { request, path: `/psql_session/${token.reveal()}`, token: token.reveal() };
}
