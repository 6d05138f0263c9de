// Debian's Postgres, and a node with the default configuration in front of it: what the isolation
// suite needs to run directly, by an access token and by a grant.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Closers } from '../src/async/closers.ts';
import { createAccessToken } from '../src/catalogue/access/access-tokens.ts';
import { createOrganization } from '../src/catalogue/accounts/organizations.ts';
import { createUser } from '../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/trail/audit-context.ts';
import { loadConfig } from '../src/config/config.ts';
import { choosePostgresAccount } from '../src/embedded/postgres/postgres-account.ts';
import { createLog } from '../src/log.ts';
import { createPostern } from '../src/postern.ts';
import { Secret } from '../src/secret.ts';
import { WebClient } from '../test/support/browser/web-client.ts';
import { queryRows } from '../test/support/databases/query-rows.ts';
import { freePort } from '../test/support/databases/redis-for-tests.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { startNode } from './node-process.ts';

/** libpq's variables. */
type Way = Readonly<Record<string, string>>;

export interface IsolationStage extends AsyncDisposable {
  readonly direct: Way;
  readonly token: Way;
  /** Needs a grant for each application name; the browser approves it. */
  readonly guest: Way;
  readonly browser: WebClient;
  /** Makes the database anew: some tests leave tables behind. */
  clean(): Promise<void>;
}

export const [VERSION = ''] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
const ADMIN = 'isolation@example.com';
const PERSON_PASSWORD = 'a long password for isolation';
const DATABASE = 'isolation_regression';
const ROLE_PASSWORD = 'isolation-password';
const START_LIMIT_MS = 60_000;
const run = promisify(execFile);

export async function startIsolationStage(folder: string): Promise<IsolationStage> {
  const closers = new Closers(createLog('warn'));
  try {
    return await startParts(folder, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startParts(folder: string, closers: Closers): Promise<IsolationStage> {
  const port = await freePort();
  await startPostgres(folder, port, closers);
  const environment = environmentFor(folder, port);
  const token = await attach(environment, port);
  const node = await startNode(folder, environment);
  closers.add('postern', () => node.close());
  const browser = new WebClient(node.baseUrl);
  await browser.signIn(ADMIN, PERSON_PASSWORD);
  const at = (pgPort: number): Way => ({ PGHOST: '127.0.0.1', PGPORT: String(pgPort), PGDATABASE: DATABASE });
  return {
    direct: { ...at(port), PGUSER: 'postgres' },
    token: { ...at(node.pgPort), PGUSER: token.user, PGPASSWORD: token.password, PGSSLMODE: 'require' },
    guest: { ...at(node.pgPort), PGUSER: 'somebody' },
    browser,
    clean: () => makeDatabase(port),
    [Symbol.asyncDispose]: () => closers.closeAll(),
  };
}

/** What names the parts; all else has its default. */
function environmentFor(folder: string, port: number): Record<string, string> {
  return {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postern`,
    POSTERN_DATA_DIR: join(folder, 'postern'),
    POSTERN_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    POSTERN_PG_PORT: '0',
    POSTERN_HTTP_PORT: '0',
    POSTERN_LOG_LEVEL: 'warn',
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: String(port),
    // The catalogue's server is dialled for a compute only where it hosts projects.
    POSTERN_HOSTS: `${VERSION}=postgres://postgres@127.0.0.1:${port}/postgres`,
  };
}

async function startPostgres(folder: string, port: number, closers: Closers): Promise<void> {
  const account = await choosePostgresAccount(`${folder}/none`);
  const cluster = join(folder, 'cluster');
  await mkdir(cluster);
  if ('uid' in account) await chown(cluster, account.uid, account.gid);
  const options = { cwd: cluster, ...account };
  const programs = `/usr/lib/postgresql/${VERSION}/bin`;
  const superuser = ['-U', 'postgres', '-A', 'trust', '--no-sync', '--no-locale'];
  await run(`${programs}/initdb`, ['-D', cluster, ...superuser], options);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_prepared_transactions: 2,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(`${programs}/postgres`, ['-D', cluster, ...args], { ...options, stdio: 'ignore' });
  closers.add('postgres', async () => {
    const exited = once(server, 'exit');
    server.kill('SIGINT');
    await exited;
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntil(() => queryRows(url, 'select 1').catch(() => null), 'Postgres accepts', START_LIMIT_MS);
  await queryRows(url, 'create database postern');
  await makeDatabase(port);
  await queryRows(url, `alter role postgres password '${ROLE_PASSWORD}'`);
}

async function makeDatabase(port: number): Promise<void> {
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await queryRows(url, `drop database if exists ${DATABASE} with (force)`);
  await queryRows(url, `create database ${DATABASE}`);
}

async function attach(environment: Record<string, string>, port: number) {
  const postern = await createPostern(loadConfig(environment));
  try {
    const { catalogue, provisioning } = postern;
    const password = new Secret(PERSON_PASSWORD);
    const admin = await createUser(catalogue, SYSTEM_CONTEXT, { email: ADMIN, name: 'Tester', password });
    const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Isolation', admin });
    const { compute } = await provisioning.attachProject(SYSTEM_CONTEXT, {
      accountId,
      name: 'isolation',
      url: new Secret(`postgres://postgres:${ROLE_PASSWORD}@127.0.0.1:${port}/${DATABASE}?sslmode=disable`),
      ca: null,
      readOnlyUrl: null,
    });
    const { accessToken, secret } = await createAccessToken(catalogue, SYSTEM_CONTEXT, {
      name: 'isolation',
      computeId: compute.id,
      owner: 'account',
      access: 'read_write',
    });
    return { user: accessToken.id, password: secret.reveal() };
  } finally {
    await postern.close();
  }
}
