// The operator role’s connections to a host: named ones, and a pool for looking.

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isPostgresAway } from '../../catalogue/store/store-errors.ts';
import type { ConfiguredHost } from '../../config/variable-formats.ts';
import { PosternError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { enterDatabase } from './enter-database.ts';
import { adminConnection } from './host-address.ts';

export interface SessionOptions {
  /** Its application name on the server. */
  readonly name: string;
  /** Called after each connect, before anything is sent. Throws when the session must end. */
  readonly mayGoOn: () => Promise<void>;
}

export type HostQuery = <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** Everything throws `host_away` when the server cannot be reached now. */
export interface HostConnection {
  /**
   * One text, so that Postgres runs all of it in one transaction. Throws `busy` when people’s
   * transactions hold what it needs: the row of their own role or database, from anywhere.
   */
  run(...statements: readonly string[]): Promise<void>;
  /**
   * Inside another database, since privileges on its contents can be changed only from there.
   * Throws `busy` when people’s transactions there hold what the statements need.
   */
  runIn(database: string, statements: readonly string[], options?: RunInOptions): Promise<void>;
  /** For work of several transactions inside another database. Throws as `runIn`. */
  inside(database: string, work: (query: HostQuery) => Promise<void>, lockLimitMs?: number): Promise<void>;
  readonly query: HostQuery;
  close(): Promise<void>;
}

export interface RunInOptions {
  /** `one_by_one` for statements that must not be in a transaction. */
  readonly send?: 'together' | 'one_by_one';
  /** How long each lock is waited for. */
  readonly lockLimitMs?: number;
}

/** People’s transactions may hold locks on what is theirs for as long as they like. */
const LOCK_LIMIT_MS = 5_000;

/** The caller closes it. */
export async function openHostConnection(host: ConfiguredHost, options: SessionOptions): Promise<HostConnection> {
  const client = await connect(host, options);
  const query: HostConnection['query'] = (sql, values = []) =>
    reaching(async () => (await client.query(sql, values)).rows);
  const run: HostConnection['run'] = async (...statements) => {
    try {
      await reaching(() => client.query(statements.join('; ')));
    } catch (error) {
      throw isHeldByOthers(error) ? busy('a role or database of this project', error) : error;
    }
  };
  const inside: HostConnection['inside'] = (database, work, lockLimitMs = LOCK_LIMIT_MS) =>
    enterDatabase({ run, query }, database, async () => {
      const entered = await connect(host, options, { database, lockLimitMs });
      try {
        await work((sql, values = []) => reaching(async () => (await entered.query(sql, values)).rows));
      } catch (error) {
        throw isHeldByOthers(error) ? busy(`database "${database}"`, error) : error;
      } finally {
        await entered.end();
      }
    });
  return {
    run,
    inside,
    runIn: (database, statements, { send = 'together', lockLimitMs } = {}) => {
      const texts = send === 'together' ? [statements.join('; ')] : statements;
      const sendAll = async (ask: HostQuery) => {
        for (const text of texts) await ask(text);
      };
      return inside(database, sendAll, lockLimitMs);
    },
    query,
    close: () => client.end(),
  };
}

// PostgreSQL Error Codes: lock_not_available, query_canceled (here by statement_timeout)
const HELD_BY_OTHERS = ['55P03', '57014'];

function isHeldByOthers(error: unknown): boolean {
  return error instanceof pg.DatabaseError && HELD_BY_OTHERS.includes(error.code ?? '');
}

function busy(thing: string, cause: unknown): PosternError {
  return new PosternError('busy', { params: { thing }, cause });
}

/** The caller closes it. Throws `host_away`. */
export async function connect(
  host: ConfiguredHost,
  options: SessionOptions,
  inside?: { readonly database: string; readonly lockLimitMs: number },
): Promise<pg.Client> {
  const admin = adminConnection(host.url, inside?.database);
  const lockTimeout = `-c lock_timeout=${inside?.lockLimitMs ?? LOCK_LIMIT_MS}`;
  const client = new pg.Client({
    ...admin,
    application_name: options.name,
    options: [admin.options, ...noTimeouts(host), lockTimeout].join(' '),
  });
  // A connection that is cut; the statement's own failure says so, too.
  client.on('error', () => {});
  await reaching(() => client.connect());
  try {
    await options.mayGoOn();
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** The owner of a database may set these for it, where the version has them. */
function noTimeouts({ pgVersion }: ConfiguredHost): string[] {
  return [
    ...(pgVersion >= 14 ? ['-c idle_session_timeout=0'] : []),
    ...(pgVersion >= 17 ? ['-c transaction_timeout=0'] : []),
  ];
}

/** Everything throws `host_away` when the server cannot be reached now. */
export interface HostPool {
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const CONNECTIONS_PER_HOST = 4;

/** Dials nothing before the first use. The caller closes it. */
export function openHostPool(host: ConfiguredHost, log: Log): HostPool {
  const pool = new pg.Pool({ ...adminConnection(host.url), max: CONNECTIONS_PER_HOST });
  pool.on('error', (error) => log.warn({ hostId: host.id, cause: error.message }, 'connection to a host was lost'));
  return {
    query: (sql, values = []) => reaching(async () => (await pool.query(sql, values)).rows),
    close: () => pool.end(),
  };
}

/** What the work throws, or `host_away` when that means so. */
export async function reaching<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isPostgresAway(error) ? new PosternError('host_away', { cause: error }) : error;
  }
}

const ASK_EVERY_MS = 50;
const LONGEST_WAIT_MS = 10_000;

/** Resolves when no session of that name is left. Throws `busy` when one does not end in time. */
export async function waitUntilSessionsEnd(pool: HostPool, name: string): Promise<void> {
  for (const until = performance.now() + LONGEST_WAIT_MS; ; await delay(ASK_EVERY_MS)) {
    const rows = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()
         AND usename = current_user`,
      [name],
    );
    if (rows.length === 0) return;
    if (performance.now() > until) throw new PosternError('busy', { params: { thing: `session "${name}"` } });
  }
}
