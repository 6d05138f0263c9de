// Connections to the catalogue's servers, to the one that accepts writes. Knows no tables.

import { Socket } from 'node:net';
import pg from 'pg';
import { hangUpUnanswered } from '../../async/hang-up-unanswered.ts';
import { retry } from '../../async/retry.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { CatalogueServers } from './catalogue-servers.ts';
import { TransactionPooler } from './start-failures.ts';
import { isPostgresAway } from './store-errors.ts';

export interface PoolOptions {
  /** May name several servers. */
  readonly url: Secret;
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Null: no limit. */
  readonly statementLimitMs: number | null;
  /** The role that every connection assumes; null: its own. */
  readonly role: string | null;
  readonly log: Log;
}

const CONNECT_LIMIT_MS = 5_000;
const IDLE_TRANSACTION_LIMIT_MS = 30_000;
/** Time beyond the server's own statement limit after which the server counts as gone. */
const ANSWER_GRACE_MS = 5_000;
/** Idle time after which the operating system probes the server: 10 times, once per second. */
const KEEPALIVE_DELAY_MS = 10_000;
// pg_type.oid of int8
const INT8_OID = 20;
// PostgreSQL documentation, "PostgreSQL Error Codes": read_only_sql_transaction
const READ_ONLY = '25006';

export class CataloguePool {
  readonly #servers: CatalogueServers;
  readonly #pool: pg.Pool;

  /** Does not connect yet. Throws PostgresUrlProblem. */
  constructor(options: PoolOptions) {
    this.#servers = new CatalogueServers(options.url);
    this.#pool = openPool(options, this.#servers);
  }

  /**
   * Tries each way once, the last good one first. Throws the last error; that of a server without
   * TLS only where no other way was tried in vain: callers share the ways, so any may come last.
   */
  async connect(): Promise<pg.PoolClient> {
    let asked = this.#servers.current;
    let away: unknown = null;
    const attempt = async (): Promise<pg.PoolClient> => {
      asked = this.#servers.current;
      return await this.#pool.connect().catch((error: unknown) => {
        if (isPostgresAway(error)) away = error;
        throw hasNoTls(error) ? (away ?? error) : error;
      });
    };
    return await retry(attempt, {
      pauses: (failures) => (failures < this.#servers.count ? 0 : null),
      mayHelp: mayGoAnotherWay,
      onFailure: () => this.#servers.moveOn(asked),
    });
  }

  /** Throws TransactionPooler behind a pooler that gives a backend to several sessions. */
  async requireSessions(): Promise<void> {
    const [one, other] = [await this.connect(), await this.connect()];
    try {
      if ((await backendOf(one)) === (await backendOf(other))) throw new TransactionPooler();
    } finally {
      for (const client of [one, other]) client.release();
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}

function openPool(options: PoolOptions, servers: CatalogueServers): pg.Pool {
  const { log, role, statementLimitMs } = options;
  const pool = new pg.Pool({
    Client: clientOf(servers),
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: statementLimitMs ?? 0,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_LIMIT_MS,
    application_name: options.applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
    // Counters and ids stay far below 2^53, so int8 is read as a number.
    types: { getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) },
    onConnect: (client) => prepare(client, role),
  });
  // The error object refers to the whole client, so only its message is logged.
  pool.on('error', (error) =>
    log.warn(
      { event: 'catalogue.idle_connection_lost', cause: error.message },
      'an idle catalogue connection was lost',
    ),
  );
  pool.on('connect', (client) => {
    // The query reports the loss; without a listener the event would end the process.
    client.on('error', (error) =>
      log.debug({ event: 'catalogue.connection_lost', err: error }, 'a catalogue connection was lost'),
    );
    // NOTE: an unreachable server closes nothing, and the system would retry for 15 minutes.
    const { stream } = client.connection;
    if (statementLimitMs !== null && stream instanceof Socket)
      hangUpUnanswered(stream, statementLimitMs + ANSWER_GRACE_MS);
  });
  return pool;
}

/** Each new connection goes to the server that is in use at that time. */
function clientOf(servers: CatalogueServers): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, ...servers.current });
    }
  };
}

/** A standby is refused: it would answer with old data and refuse writes. */
async function prepare(client: pg.ClientBase, role: string | null): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]?.standby !== false) throw Object.assign(new Error('the server is a standby'), { code: READ_ONLY });
  if (role !== null) await client.query(`set role ${role}`);
}

async function backendOf(client: pg.ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

// PostgreSQL Error Codes: a server that wants TLS, or wants none, says so by its pg_hba.conf.
const NO_ENTRY = '28000';

/** Another server, or the same one with or without TLS where the URL allows both. */
function mayGoAnotherWay(error: unknown): boolean {
  if (isPostgresAway(error) || hasNoTls(error)) return true;
  return error instanceof Error && 'code' in error && error.code === NO_ENTRY;
}

function hasNoTls(error: unknown): boolean {
  return error instanceof Error && /does not support SSL connections/.test(error.message);
}
