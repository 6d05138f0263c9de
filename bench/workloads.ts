// The workloads measured on each path: pgbench's read-only transactions, connects, COPY both ways,
// memory of idle connections.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import pg from 'pg';
import { APPLICATION, type BenchPath } from './bench-path.ts';

export type ClientTls = 'disable' | 'require';

const run = promisify(execFile);
const COPY_ROWS = 2_000_000;
/**
 * Enough for the runtime's own memory to matter little; bench/connections.ts measures thousands.
 */
const IDLE_CONNECTIONS = 500;
const CONNECTS_AT_A_TIME = 20;
const BYTES_PER_KIB = 1_024;

export interface BenchSettings {
  readonly seconds: number;
}

/** The tables that pgbench reads, and one to copy. */
export async function prepareTables(direct: BenchPath): Promise<void> {
  await run('pgbench', ['-i', '-q', '-s', '5', direct.database], { env: environmentOf(direct, 'disable') });
  await psql(direct, 'disable', 'CREATE UNLOGGED TABLE copied (id bigint, text text)');
}

/** Transactions per second. */
export async function readOnlyTransactions(
  path: BenchPath,
  tls: ClientTls,
  { clients, seconds }: BenchSettings & { readonly clients: number },
): Promise<number> {
  const args = ['-S', '-n', '-M', 'simple', '-c', String(clients), '-j', '1', '-T', String(seconds), path.database];
  const { stdout } = await run('pgbench', args, { env: environmentOf(path, tls) });
  return tps(stdout);
}

/** Logins per second: a new connection for every transaction. */
export async function connects(path: BenchPath, tls: ClientTls, { seconds }: BenchSettings): Promise<number> {
  const args = ['-S', '-n', '-C', '-c', '4', '-j', '1', '-T', String(seconds), path.database];
  const { stdout } = await run('pgbench', args, { env: environmentOf(path, tls) });
  return tps(stdout);
}

/** Megabytes per second from the server. */
export async function copyOut(path: BenchPath, tls: ClientTls): Promise<number> {
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
  return bytes / 1e6 / ((performance.now() - startedAt) / 1_000);
}

/** Megabytes per second to the server. */
export async function copyIn(path: BenchPath, tls: ClientTls): Promise<number> {
  await psql(path, tls, 'TRUNCATE copied');
  const row = `1\t${'x'.repeat(90)}\n`;
  const chunk = Buffer.from(row.repeat(1_000));
  const chunks = COPY_ROWS / 4_000;
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
  return (chunk.length * chunks) / 1e6 / ((performance.now() - startedAt) / 1_000);
}

/**
 * KiB of resident memory that one idle connection costs the process in between; NaN for the direct
 * path.
 */
export async function memoryPerConnection(path: BenchPath, tls: ClientTls): Promise<number> {
  if (path.processId === null) return Number.NaN;
  const clients: pg.Client[] = [];
  const before = await path.weigh(path.processId);
  try {
    while (clients.length < IDLE_CONNECTIONS) {
      const batch = Array.from({ length: CONNECTS_AT_A_TIME }, () => idleClient(path, tls));
      clients.push(...batch);
      await Promise.all(batch.map((client) => client.connect()));
    }
    return ((await path.weigh(path.processId)) - before) / IDLE_CONNECTIONS / BYTES_PER_KIB;
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
export async function connectTime(path: BenchPath, tls: ClientTls): Promise<number> {
  const startedAt = performance.now();
  await psql(path, tls, 'SELECT 1');
  return performance.now() - startedAt;
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

function tps(output: string): number {
  const [, figure] = /tps = ([\d.]+)/.exec(output) ?? [];
  if (figure === undefined) throw new Error(`pgbench reported no rate:\n${output}`);
  return Number(figure);
}
