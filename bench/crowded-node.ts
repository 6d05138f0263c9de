// One node in a process of its own, with limits raised for crowds, and what it needs: a Postgres, a Redis, a person with a
// project and an access token to it.

import { join } from 'node:path';
import pg from 'pg';
import { createAccessToken } from '../src/catalogue/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/audit-context.ts';
import { createOrganization } from '../src/catalogue/organizations.ts';
import { createUser } from '../src/catalogue/users.ts';
import { Closers } from '../src/closers.ts';
import { loadConfig } from '../src/config.ts';
import { startEmbeddedPostgres } from '../src/embedded/embedded-postgres.ts';
import { createLog } from '../src/log.ts';
import { createPostern } from '../src/postern.ts';
import { Secret } from '../src/secret.ts';
import { usablePort } from '../src/usable-port.ts';
import { startPosternProcess } from '../test/support/postern-process.ts';
import { startDebianRedis } from '../test/support/redis-for-tests.ts';

export interface CrowdedNode extends AsyncDisposable {
  readonly pgPort: number;
  readonly baseUrl: string;
  readonly person: { readonly email: string; readonly password: string };
  readonly token: { readonly user: string; readonly password: string };
  residentBytes(): Promise<number>;
  connectionCounts(): Promise<{ readonly waiting: number; readonly live: number }>;
}

const PERSON = { email: 'bench@example.com', password: 'a long password for benches' };
/** Connections beside the crowds: the catalogue's pool and single logins. */
const SPARE = 200;
const START_LIMIT_MS = 60_000;

export async function startCrowdedNode(options: {
  folder: string;
  waiting: number;
  live: number;
}): Promise<CrowdedNode> {
  const closers = new Closers(createLog('warn'));
  try {
    return await startParts(options, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startParts(
  { folder, waiting, live }: { folder: string; waiting: number; live: number },
  closers: Closers,
): Promise<CrowdedNode> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: createLog('warn'),
    settings: { max_connections: String(live + SPARE), fsync: 'off' },
  });
  closers.add('postgres', () => postgres.close());
  const redis = await startDebianRedis();
  closers.add('redis', () => redis.close());
  const databaseUrl = await createCatalogueDatabase(postgres.adminUrl);
  const metricsPort = await usablePort({ host: '127.0.0.1', port: 0, portIsDefault: false });
  const many = String(waiting + live + SPARE);
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    POSTERN_DATA_DIR: join(folder, 'postern'),
    POSTERN_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    POSTERN_HOSTS: `18=${postgres.adminUrl.reveal()}?sslmode=disable`,
    POSTERN_PG_PORT: '0',
    POSTERN_HTTP_PORT: '0',
    POSTERN_METRICS_PORT: String(metricsPort),
    POSTERN_LOG_LEVEL: 'warn',
    POSTERN_LOGIN_TTL: '10m',
    POSTERN_WAITING_PER_ADDRESS: many,
    POSTERN_WAITING_TOTAL: many,
    POSTERN_CONNECTIONS_TOTAL: many,
    POSTERN_CONNECTIONS_PER_PERSON: many,
    POSTERN_CONNECTIONS_PER_GRANT: many,
    POSTERN_CONNECTIONS_PER_COMPUTE: many,
  };
  const token = await prepareToken(environment, live + SPARE);
  const node = await startPosternProcess({ environment, cwd: folder, limitMs: START_LIMIT_MS });
  closers.add('the node', () => node.close());
  return {
    pgPort: node.pgPort,
    baseUrl: node.baseUrl,
    person: PERSON,
    token,
    residentBytes: () => node.residentBytes(),
    connectionCounts: () => readCounts(metricsPort),
    [Symbol.asyncDispose]: () => closers.closeAll(),
  };
}

async function createCatalogueDatabase(adminUrl: Secret): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl.reveal() });
  await client.connect();
  await client.query('CREATE DATABASE postern');
  await client.end();
  const url = new URL(adminUrl.reveal());
  url.pathname = '/postern';
  return url.href;
}

async function prepareToken(environment: Record<string, string>, maxConnections: number) {
  const postern = await createPostern(loadConfig({ ...environment, POSTERN_METRICS_PORT: '' }));
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

async function readCounts(metricsPort: number): Promise<{ waiting: number; live: number }> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const gauge = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { waiting: gauge('postern_waiting_connections'), live: gauge('postern_live_connections') };
}
