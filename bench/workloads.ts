// The workloads measured on each path: read-only transactions, connects, COPY, idle memory.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { loginWithoutToken } from '../test/gateway/login-without-token.ts';
import { RawClient } from '../test/gateway/raw-client.ts';
import { APPLICATION, type BenchPath, PROXY } from './bench-path.ts';
import { residentBytes } from './node-process.ts';

export type ClientTls = 'disable' | 'require';

const run = promisify(execFile);
const COPY_ROWS = 1_000_000;
/** Enough for the runtime's own memory to matter little; bench/connections.ts has thousands. */
const IDLE_CONNECTIONS = 500;
const CONNECTS_AT_A_TIME = 20;
/** Time for each client to connect, on a busy machine. */
const CONNECT_SECONDS = 0.1;
const REFUSED = '28000';

export type BenchSettings = { readonly seconds: number };

/** What a workload came to; `units` have been worked off, such as transactions. */
export interface Outcome {
  readonly figure: number;
  readonly units: number;
}

/** The tables that pgbench reads, and one to copy. */
export async function prepareTables(direct: BenchPath): Promise<void> {
  await run('pgbench', ['-i', '-q', '-s', '5', direct.database], { env: environmentOf(direct, 'disable') });
  await psql(direct, 'disable', 'CREATE UNLOGGED TABLE copied (id bigint, text text)');
}

/** Connects so many clients of pgbench, each of which asks once. */
export async function connectAll(path: BenchPath, tls: ClientTls, clients: number): Promise<void> {
  await askReadOnly(path, tls, ['-c', String(clients), '-t', '1']);
}

/** Transactions per second. */
export async function readOnlyTransactions(
  path: BenchPath,
  tls: ClientTls,
  { clients, seconds }: BenchSettings & { readonly clients: number },
): Promise<Outcome> {
  // pgbench counts the time in which it connects, and leaves it out of the rate.
  const lasting = seconds + Math.floor(clients * CONNECT_SECONDS);
  return transactions(await askReadOnly(path, tls, ['-c', String(clients), '-T', String(lasting)]));
}

async function askReadOnly(path: BenchPath, tls: ClientTls, args: readonly string[]): Promise<string> {
  const all = ['-S', '-n', '-j', '1', ...args, path.database];
  return (await run('pgbench', all, { env: environmentOf(path, tls) })).stdout;
}

/** Logins per second: a new connection for every transaction. */
export async function connects(path: BenchPath, tls: ClientTls, { seconds }: BenchSettings): Promise<Outcome> {
  const script = fileURLToPath(new URL('relay/select-one.sql', import.meta.url));
  const args = ['-n', '-C', '-c', '4', '-j', '1', '-T', String(seconds), '-f', script, path.database];
  const { stdout } = await run('pgbench', args, { env: environmentOf(path, tls) });
  return transactions(stdout);
}

/**
 * Logins per second of the kind that libpq begins OAUTHBEARER with, each with a handshake of its
 * own and from an address of its own: at those of the machine, the gateway looks up whose a socket
 * is, among all sockets that this workload leaves behind.
 */
export async function firstLogins(
  gateway: { readonly port: number; readonly caPem: string },
  seconds: number,
): Promise<Outcome> {
  const beganAt = performance.now();
  const elapsed = () => (performance.now() - beganAt) / 1_000;
  let [begun, units] = [0, 0];
  const run = async () => {
    for (; elapsed() < seconds; units += 1) {
      begun += 1;
      const address = `10.1.${Math.floor(begun / 250) % 250}.${begun % 250}`;
      using client = await RawClient.connectTlsFrom(address, { ...gateway, localAddress: PROXY });
      const { C: code } = await loginWithoutToken(client, 'nobody yet');
      if (code !== REFUSED) throw new Error(`a first login ended with ${code}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTS_AT_A_TIME }, run));
  return { figure: units / elapsed(), units };
}

/** Megabytes per second from the server. */
export async function copyOut(path: BenchPath, tls: ClientTls): Promise<Outcome> {
  const sql = `COPY (SELECT i, repeat('x', 90) FROM generate_series(1, ${COPY_ROWS}) i) TO STDOUT`;
  const child = spawn('psql', ['-X', '-q', '-d', path.database, '-c', sql], {
    env: environmentOf(path, tls),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const startedAt = performance.now();
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await succeeded(child);
  return copied(bytes, startedAt);
}

/** Megabytes per second to the server. */
export async function copyIn(path: BenchPath, tls: ClientTls): Promise<Outcome> {
  await psql(path, tls, 'TRUNCATE copied');
  const row = `1\t${'x'.repeat(90)}\n`;
  const chunk = Buffer.from(row.repeat(1_000));
  const chunks = COPY_ROWS / 2_000;
  const child = spawn('psql', ['-X', '-q', '-d', path.database, '-c', 'COPY copied FROM STDIN'], {
    env: environmentOf(path, tls),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const startedAt = performance.now();
  for (let index = 0; index < chunks; index += 1) {
    if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await succeeded(child);
  return copied(chunk.length * chunks, startedAt);
}

/** In megabytes. */
function copied(bytes: number, startedAt: number): Outcome {
  const units = bytes / 1e6;
  return { figure: units / ((performance.now() - startedAt) / 1_000), units };
}

/**
 * KiB of resident memory that one idle connection costs the process in between, as an operator sees
 * it: without a forced garbage collection. NaN for the direct path.
 */
export async function memoryPerConnection(path: BenchPath, tls: ClientTls): Promise<Outcome> {
  if (path.processId === null) return { figure: Number.NaN, units: 0 };
  const clients: pg.Client[] = [];
  const before = await residentBytes(path.processId);
  try {
    while (clients.length < IDLE_CONNECTIONS) {
      const batch = Array.from({ length: CONNECTS_AT_A_TIME }, () => idleClient(path, tls));
      clients.push(...batch);
      await Promise.all(batch.map((client) => client.connect()));
    }
    const grownKib = ((await residentBytes(path.processId)) - before) / 1_024;
    return { figure: grownKib / IDLE_CONNECTIONS, units: IDLE_CONNECTIONS };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

function idleClient(path: BenchPath, tls: ClientTls): pg.Client {
  return new pg.Client({
    host: '127.0.0.1',
    port: path.port,
    ...path.credentials[tls],
    application_name: APPLICATION,
    database: path.database,
    ssl: tls === 'require' ? { rejectUnauthorized: false } : false,
  });
}

/** Milliseconds that a whole psql run with one query takes. */
export async function connectTime(path: BenchPath, tls: ClientTls): Promise<Outcome> {
  const startedAt = performance.now();
  await psql(path, tls, 'SELECT 1');
  return { figure: performance.now() - startedAt, units: 1 };
}

async function succeeded(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}

async function psql(path: BenchPath, tls: ClientTls, sql: string): Promise<void> {
  await run('psql', ['-X', '-q', '-d', path.database, '-c', sql], { env: environmentOf(path, tls) });
}

function environmentOf(path: BenchPath, tls: ClientTls): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    PGHOST: '127.0.0.1',
    PGPORT: String(path.port),
    PGUSER: path.credentials[tls].user,
    PGPASSWORD: path.credentials[tls].password,
    PGAPPNAME: APPLICATION,
    PGSSLMODE: tls,
  };
}

function transactions(output: string): Outcome {
  const [, figure] = /tps = ([\d.]+)/.exec(output) ?? [];
  const [, units] = /actually processed: (\d+)/.exec(output) ?? [];
  if (figure === undefined || units === undefined) throw new Error(`pgbench reported no rate:\n${output}`);
  return { figure: Number(figure), units: Number(units) };
}
