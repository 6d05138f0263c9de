// Starts one node or several workers with limits raised for crowds, a Postgres, a Redis, and a
// person with a project and an access token.

import { join } from 'node:path';
import pg from 'pg';
import { Closers } from '../src/async/closers.ts';
import { createAccessToken } from '../src/catalogue/access/access-tokens.ts';
import { createOrganization } from '../src/catalogue/accounts/organizations.ts';
import { createUser } from '../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/trail/audit-context.ts';
import { loadConfig } from '../src/config/config.ts';
import { usablePort } from '../src/config/ports.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../src/log.ts';
import { createPostern } from '../src/postern.ts';
import { Secret } from '../src/secret.ts';
import { startDebianRedis } from '../test/support/databases/redis-for-tests.ts';
import { startNode, weigh } from './node-process.ts';

export interface CrowdSettings {
  readonly folder: string;
  readonly waiting: number;
  readonly live: number;
  readonly workers: number;
  readonly redis: 'debian' | 'embedded';
}

export interface CrowdedNode extends AsyncDisposable {
  readonly pgPort: number;
  readonly baseUrl: string;
  readonly person: { readonly email: string; readonly password: string };
  readonly token: { readonly user: string; readonly password: string };
  /** Resident memory after collecting garbage. */
  weigh(): Promise<number>;
  connectionCounts(): Promise<{ readonly waiting: number; readonly live: number }>;
  /** Sessions of clients at the upstream. */
  upstreamConnections(): Promise<number>;
}

const PERSON = { email: 'bench@example.com', password: 'a long password for benches' };
/** Upstream connections besides the crowds: the catalogue's pools and single logins. */
const SPARE = 200;
/** Workers take the next ports, so it lies below the system's ephemeral range. */
const METRICS_PORT = 19_464;
const ADMIN_ROLE = 'postgres';

export async function startCrowdedNode(settings: CrowdSettings): Promise<CrowdedNode> {
  const closers = new Closers(createLog('warn'));
  try {
    return await startParts(settings, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startParts(settings: CrowdSettings, closers: Closers): Promise<CrowdedNode> {
  const { folder, live, workers } = settings;
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: createLog('warn'),
    settings: { max_connections: String(live + SPARE), fsync: 'off', shared_buffers: '64MB' },
  });
  closers.add('postgres', () => postgres.close());
  const adminUrl = postgres.adminUrl.reveal();
  const metricsPort = await usablePort({ host: '127.0.0.1', port: METRICS_PORT, portMayDiffer: true });
  const environment = {
    ...environmentFor(settings),
    ...(await redisEnvironment(settings, closers)),
    DATABASE_URL: await createCatalogueDatabase(adminUrl),
    POSTERN_HOSTS: `18=${adminUrl}`,
  };
  const token = await prepareToken(environment, live + SPARE);
  const node = await startNode(folder, { ...environment, POSTERN_METRICS_PORT: String(metricsPort) });
  closers.add('the node', () => node.close());
  return {
    pgPort: node.pgPort,
    baseUrl: node.baseUrl,
    person: PERSON,
    token,
    weigh: () => weigh(node.pid),
    connectionCounts: () => countConnections(metricsPort, workers),
    upstreamConnections: () => countSessions(adminUrl),
    [Symbol.asyncDispose]: () => closers.closeAll(),
  };
}

function environmentFor({ folder, waiting, live, workers }: CrowdSettings): Record<string, string> {
  const many = String(waiting + live + SPARE);
  return {
    POSTERN_DATA_DIR: join(folder, 'postern'),
    POSTERN_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    POSTERN_PG_PORT: '0',
    POSTERN_TRUST_LOOPBACK: 'yes',
    POSTERN_HTTP_PORT: '0',
    POSTERN_LOG_LEVEL: 'warn',
    POSTERN_LOGIN_TTL: '10m',
    POSTERN_WORKERS: String(workers),
    POSTERN_WAITING_PER_ADDRESS: many,
    POSTERN_WAITING_TOTAL: many,
    // Three quarters of it may wait, and half of these with a link.
    POSTERN_CONNECTIONS_TOTAL: String(4 * (waiting + live + SPARE)),
    POSTERN_CONNECTIONS_PER_PERSON: many,
    POSTERN_CONNECTIONS_PER_GRANT: many,
    POSTERN_CONNECTIONS_PER_COMPUTE: many,
    POSTERN_CONNECTIONS_PER_PROJECT: many,
  };
}

async function redisEnvironment({ redis }: CrowdSettings, closers: Closers): Promise<Record<string, string>> {
  if (redis === 'embedded') return {};
  const server = await startDebianRedis();
  closers.add('redis', () => server.close());
  return { REDIS_URL: server.url };
}

async function createCatalogueDatabase(adminUrl: string): Promise<string> {
  await query(adminUrl, 'CREATE DATABASE postern');
  const url = new URL(adminUrl);
  url.pathname = '/postern';
  return url.href;
}

async function prepareToken(environment: Record<string, string>, maxConnections: number) {
  const postern = await createPostern(loadConfig({ ...environment, POSTERN_WORKERS: '1' }));
  try {
    const { catalogue, provisioning } = postern;
    const { email, password } = PERSON;
    const admin = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Bench', password: new Secret(password) });
    const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Bench', admin });
    const { compute } = await provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId, name: 'bench' });
    const { accessToken, secret } = await createAccessToken(catalogue, SYSTEM_CONTEXT, {
      name: 'bench',
      computeId: compute.id,
      owner: 'account',
      access: 'read_write',
      maxConnections,
    });
    return { user: accessToken.id, password: secret.reveal() };
  } finally {
    await postern.close();
  }
}

/** Each worker has a metrics port of its own, counting up. */
async function countConnections(firstPort: number, workers: number): Promise<{ waiting: number; live: number }> {
  const ports = Array.from({ length: workers }, (_, slot) => firstPort + slot);
  const texts = await Promise.all(ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
  const sum = (name: string) =>
    texts
      .map((text) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0))
      .reduce((total, count) => total + count, 0);
  return { waiting: sum('postern_waiting_connections'), live: sum('postern_live_connections') };
}

async function countSessions(adminUrl: string): Promise<number> {
  const rows = await query(
    adminUrl,
    `select count(*)::int as count from pg_stat_activity
     where backend_type = 'client backend' and datname <> 'postern' and usename <> '${ADMIN_ROLE}'`,
  );
  return Number(rows[0]?.count);
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
