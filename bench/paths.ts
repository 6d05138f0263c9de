// The ways to one Postgres that are compared: direct, pgbouncer in session mode, haproxy in TCP mode, and Postern.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { createAccessToken } from '../src/catalogue/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../src/catalogue/audit-context.ts';
import { createOrganization } from '../src/catalogue/organizations.ts';
import { createUser } from '../src/catalogue/users.ts';
import { loadConfig } from '../src/config.ts';
import { startEmbeddedPostgres } from '../src/embedded/embedded-postgres.ts';
import { createLog } from '../src/log.ts';
import { createPostern } from '../src/postern.ts';
import { Secret } from '../src/secret.ts';
import { usablePort } from '../src/usable-port.ts';
import { makeTestCa } from '../test/support/certificates-for-tests.ts';
import { startPsql } from '../test/support/psql.ts';
import { WebClient } from '../test/support/web-client.ts';

export interface BenchPath {
  readonly name: string;
  readonly port: number;
  /** Postern takes passwords over TLS only: in clear text a grant lets in. */
  readonly credentials: { readonly disable: Credentials; readonly require: Credentials };
  readonly database: string;
  /** Whose memory is looked at; null for the direct path. */
  readonly processId: number | null;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface BenchStack {
  readonly paths: readonly BenchPath[];
  close(): Promise<void>;
}

const NOBODY = 65_534;
const MAX_CONNECTIONS = 700;
const DATABASE = 'bench';
const ROLE = 'bench';
/** Not the name of a database role, which would mean the password door. */
const GUEST = 'somebody';
const PASSWORD = 'bench-password';
const ADMIN = 'bench@example.com';
const PERSON_PASSWORD = 'a long password for benches';
/** All programs call themselves this, so that one grant fits them. */
export const APPLICATION = 'bench';
const SECRET_KEY = Buffer.alloc(32, 1).toString('base64');

/** Starts everything in the folder, which must be one that everybody may enter; closing ends what was started. */
export async function startStack(folder: string): Promise<BenchStack> {
  const closers: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  try {
    const certificate = await writeCertificate(folder);
    const log = createLog('warn');
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'data'),
      log,
      settings: {
        max_connections: String(MAX_CONNECTIONS),
        ssl: 'on',
        ssl_cert_file: certificate.certPath,
        ssl_key_file: certificate.keyPath,
        fsync: 'off',
      },
    });
    closers.push(() => postgres.close());
    await prepareDatabase(postgres.adminUrl);
    const own = { user: ROLE, password: PASSWORD };
    const direct = {
      name: 'direct',
      port: postgres.port,
      credentials: { disable: own, require: own },
      database: DATABASE,
      processId: null,
    };
    const pgbouncer = await startPgbouncer({ folder, upstreamPort: postgres.port, certificate });
    closers.push(() => end(pgbouncer.child));
    const haproxy = await startHaproxy({ folder, upstreamPort: postgres.port });
    closers.push(() => end(haproxy.child));
    const postern = await startPosternNode({
      folder,
      adminUrl: postgres.adminUrl,
      upstreamPort: postgres.port,
      certificate,
    });
    closers.push(() => end(postern.child));
    const through = (name: string, { port, child }: Started) => ({
      ...direct,
      name,
      port,
      processId: child.pid ?? null,
    });
    return {
      paths: [
        direct,
        through('pgbouncer', pgbouncer),
        through('haproxy', haproxy),
        {
          ...through('postern', postern),
          credentials: { disable: { user: GUEST, password: '' }, require: postern.token },
        },
      ],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
}

interface Started {
  readonly port: number;
  readonly child: ChildProcess;
}

async function writeCertificate(folder: string): Promise<Certificate> {
  const directory = join(folder, 'certificate');
  await mkdir(directory, { recursive: true });
  const { certPem, keyPem } = makeTestCa().issue({ names: ['localhost', '127.0.0.1'] });
  const paths = { certPath: join(directory, 'server.crt'), keyPath: join(directory, 'server.key') };
  await writeFile(paths.certPath, certPem);
  await writeFile(paths.keyPath, keyPem, { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(paths.keyPath, NOBODY, NOBODY);
  return paths;
}

async function prepareDatabase(adminUrl: Secret): Promise<void> {
  await query(adminUrl.reveal(), `CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  await query(adminUrl.reveal(), `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
  await query(adminUrl.reveal(), 'CREATE DATABASE postern');
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function startPgbouncer(from: {
  folder: string;
  upstreamPort: number;
  certificate: Certificate;
}): Promise<Started> {
  const { folder, upstreamPort, certificate } = from;
  const port = await usablePort({ host: '127.0.0.1', port: 0, portIsDefault: false });
  const userList = join(folder, 'userlist.txt');
  await writeFile(userList, `"${ROLE}" "${PASSWORD}"\n`);
  await chmod(userList, 0o644);
  const config = join(folder, 'pgbouncer.ini');
  await writeFile(
    config,
    [
      '[databases]',
      `${DATABASE} = host=127.0.0.1 port=${upstreamPort} dbname=${DATABASE}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${userList}`,
      'pool_mode = session',
      `max_client_conn = ${MAX_CONNECTIONS}`,
      `default_pool_size = ${MAX_CONNECTIONS}`,
      'client_tls_sslmode = allow',
      `client_tls_cert_file = ${certificate.certPath}`,
      `client_tls_key_file = ${certificate.keyPath}`,
      'server_tls_sslmode = disable',
      'ignore_startup_parameters = extra_float_digits',
      '',
    ].join('\n'),
  );
  const child = spawnAsNobody('pgbouncer', ['-q', config]);
  await listening(port);
  return { port, child };
}

async function startHaproxy({ folder, upstreamPort }: { folder: string; upstreamPort: number }): Promise<Started> {
  const port = await usablePort({ host: '127.0.0.1', port: 0, portIsDefault: false });
  const config = join(folder, 'haproxy.cfg');
  await writeFile(
    config,
    [
      'global',
      '  maxconn 4000',
      'defaults',
      '  mode tcp',
      '  timeout connect 5s',
      '  timeout client 1h',
      '  timeout server 1h',
      'listen postgres',
      `  bind 127.0.0.1:${port}`,
      `  server one 127.0.0.1:${upstreamPort}`,
      '',
    ].join('\n'),
  );
  const child = spawn('haproxy', ['-db', '-f', config], { stdio: 'ignore' });
  await listening(port);
  return { port, child };
}

/** A node of its own process, with a compute that is attached and a token that opens it. */
async function startPosternNode(from: {
  folder: string;
  adminUrl: Secret;
  upstreamPort: number;
  certificate: Certificate;
}): Promise<Started & { token: Credentials }> {
  const { folder, adminUrl, upstreamPort, certificate } = from;
  const port = await usablePort({ host: '127.0.0.1', port: 0, portIsDefault: false });
  const httpPort = await usablePort({ host: '127.0.0.1', port: 0, portIsDefault: false });
  const catalogueUrl = new URL(adminUrl.reveal());
  catalogueUrl.pathname = '/postern';
  const environment = {
    DATABASE_URL: catalogueUrl.href,
    POSTERN_DATA_DIR: join(folder, 'postern'),
    POSTERN_SECRET_KEY: SECRET_KEY,
    POSTERN_TLS_CERT: certificate.certPath,
    POSTERN_TLS_KEY: certificate.keyPath,
    POSTERN_TLS: 'allow',
    POSTERN_PG_PORT: String(port),
    POSTERN_HTTP_PORT: String(httpPort),
    POSTERN_LOG_LEVEL: 'warn',
    POSTERN_CONNECTIONS_PER_PERSON: '1000',
    POSTERN_CONNECTIONS_PER_GRANT: '1000',
    POSTERN_CONNECTIONS_PER_COMPUTE: '1000',
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: String(upstreamPort),
    // The catalogue's server is never dialled for a compute unless it hosts projects, which it does here.
    POSTERN_HOSTS: `18=${adminUrl.reveal()}?sslmode=disable`,
  };
  const token = await prepareToken(environment, upstreamPort);
  const child = spawn(process.execPath, ['dist/src/main.js', 'serve'], {
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await listening(port);
  await openGrant({ port, baseUrl: `http://localhost:${httpPort}` });
  return { port, child, token };
}

/** One approval by link, remembered for eight hours: later connections of the same name come in by the grant. */
async function openGrant({ port, baseUrl }: { port: number; baseUrl: string }): Promise<void> {
  const psql = startPsql({
    args: ['-X', '-c', 'SELECT 1'],
    env: {
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGUSER: GUEST,
      PGDATABASE: DATABASE,
      PGAPPNAME: APPLICATION,
      PGSSLMODE: 'disable',
    },
  });
  const [link] = await psql.waitForStderr(/http\S+psql_session\/\S+/);
  const browser = new WebClient(baseUrl);
  await browser.signIn(ADMIN, PERSON_PASSWORD);
  await browser.approve(link, { remember: '8h' });
  const { code } = await psql.exit;
  if (code !== 0) throw new Error(`the login by link failed: ${psql.stderr()}`);
}

async function prepareToken(environment: Record<string, string>, upstreamPort: number) {
  const postern = await createPostern(loadConfig({ ...environment, POSTERN_PG_PORT: '0' }));
  try {
    const { catalogue, provisioning } = postern;
    const admin = await createUser(catalogue, SYSTEM_CONTEXT, {
      email: ADMIN,
      name: 'Bench',
      password: new Secret(PERSON_PASSWORD),
    });
    const { id: accountId } = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Bench', admin });
    const { compute } = await provisioning.attachProject(SYSTEM_CONTEXT, {
      accountId,
      name: 'bench',
      url: new Secret(`postgres://${ROLE}:${PASSWORD}@127.0.0.1:${upstreamPort}/${DATABASE}?sslmode=disable`),
      ca: null,
      readOnlyUrl: null,
    });
    const { accessToken, secret } = await createAccessToken(catalogue, SYSTEM_CONTEXT, {
      name: 'bench',
      computeId: compute.id,
      owner: 'account',
      access: 'read_write',
      maxConnections: 1_000,
    });
    return { user: accessToken.id, password: secret.reveal() };
  } finally {
    await postern.close();
  }
}

function spawnAsNobody(program: string, args: readonly string[]): ChildProcess {
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  return spawn(program, [...args], { stdio: 'ignore', ...account });
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = createConnection(port, '127.0.0.1');
    const outcome = await Promise.race([once(socket, 'connect'), once(socket, 'close').then(() => null)]).catch(
      () => null,
    );
    socket.destroy();
    if (outcome !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}
