// What the URL of the catalogue says, on real servers: with TLS, without, and behind PgBouncer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openCatalogue } from '../../../src/catalogue/store/open-catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { explainingStart } from '../../../src/catalogue/store/start-failures.ts';
import { systemClock } from '../../../src/clock.ts';
import { freePort } from '../../../src/config/ports.ts';
import { newNodeId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { newSealingKey } from '../../support/databases/catalogue-for-tests.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type PostgresWithTls, startPostgresWithTls } from '../../wire/postgres-with-tls.ts';

const sealingKey = newSealingKey();

let server: PostgresWithTls;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let caPath: string;

beforeAll(async () => {
  server = await startPostgresWithTls();
  folder = await temporaryFolder();
  caPath = join(folder.path, 'ca.crt');
  await writeFile(caPath, server.ca.caPem);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Whether its connections are encrypted. */
async function isEncryptedAt(url: string): Promise<boolean> {
  const opening = openCatalogue({
    url: new Secret(url),
    log: createLog('silent'),
    clock: systemClock,
    sealer: new Sealer([sealingKey]),
    nodeId: newNodeId(),
    workingAs: 'owner',
  });
  const catalogue = await explainingStart(opening);
  try {
    const asked = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    return (await asked.execute(catalogue.db)).rows[0]?.ssl === true;
  } finally {
    await catalogue.close();
  }
}

function urlOf(parameters: string, host = '127.0.0.1'): string {
  const url = new URL(server.adminUrl);
  return `postgres://${url.username}:${url.password}@${host}:${server.port}/postgres?${parameters}`;
}

describe('a server with a private authority', () => {
  it.each([
    ['', true],
    ['sslmode=prefer', true],
    ['sslmode=allow', false],
    ['sslmode=disable', false],
    ['sslmode=require', true],
    ['sslmode=require&sslrootcert={ca}', true],
    ['sslmode=verify-ca&sslrootcert={ca}', true],
    ['sslmode=verify-full&sslrootcert={ca}', true],
  ])('is reached with %j, encrypted: %s', async (parameters, expected) => {
    expect(await isEncryptedAt(urlOf(parameters.replace('{ca}', caPath)))).toBe(expected);
  });

  it('is reached by a name outside its certificate with verify-ca alone', async () => {
    expect(await isEncryptedAt(urlOf(`sslmode=verify-ca&sslrootcert=${caPath}`, 'localhost'))).toBe(true);
    const refused = isEncryptedAt(urlOf(`sslmode=verify-full&sslrootcert=${caPath}`, 'localhost'));
    await expect(refused).rejects.toThrow(/DATABASE_URL: .*use a host name that is in the certificate/);
  });

  it.each(['sslmode=verify-ca', 'sslmode=verify-full', 'sslrootcert=system'])(
    'is refused with %s, and the way out is named',
    async (parameters) => {
      await expect(isEncryptedAt(urlOf(parameters))).rejects.toThrow(/DATABASE_URL: .*add sslrootcert=/);
    },
  );

  it('is reached as pairs, by the second of two hosts', async () => {
    const { username: user, password } = new URL(server.adminUrl);
    const closed = await freePort('127.0.0.1');
    const pairs = `host=127.0.0.1,127.0.0.1 port=${closed},${server.port} user=${user} password=${password} dbname=postgres`;
    expect(await isEncryptedAt(`${pairs} sslmode=require`)).toBe(true);
  });
});

describe('a server without TLS', () => {
  it('is reached without sslmode, and refused with require', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const url = database.url.replace(/\?.*/, '');
    expect(await isEncryptedAt(url)).toBe(false);
    await expect(isEncryptedAt(`${url}?sslmode=require`)).rejects.toThrow(
      /DATABASE_URL: the server does not offer TLS/,
    );
  });
});

describe('PgBouncer in transaction mode', () => {
  it.each([
    ['as it comes', ''],
    [
      'that ignores what it does not know',
      'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout',
    ],
  ])('%s is recognised at the start', async (_name, settings) => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    const port = await startPgBouncer(new URL(database.url), settings);
    const { username, password, pathname } = new URL(database.url);
    const opened = isEncryptedAt(`postgres://${username}:${password}@127.0.0.1:${port}${pathname}`);
    await expect(opened).rejects.toThrow(/DATABASE_URL: this is a connection pooler .* name the Postgres server/);
  });
});

async function startPgBouncer({ hostname, port: upstreamPort, username, password }: URL, settings: string) {
  const port = await freePort('127.0.0.1');
  const place = await temporaryFolder();
  await chmod(place.path, 0o755);
  const file = join(place.path, 'pgbouncer.ini');
  const login = `user=${username} password=${password}`;
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${upstreamPort} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
${settings}
`,
  );
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...asNobody, file], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await place[Symbol.asyncDispose]();
  });
  await waitUntil(() => accepts(port), 'PgBouncer listens');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
