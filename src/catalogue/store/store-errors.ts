// Translates Postgres errors of all queries: server unavailable, or text that cannot be stored.

import type { CompiledQuery, Driver } from 'kysely';
import {
  type DatabaseConnection,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type QueryResult,
} from 'kysely';
import { PosternError } from '../../errors.ts';

// PostgreSQL documentation, "PostgreSQL Error Codes": connection exceptions, read-only (a standby),
// out of resources (connections, disk, memory, the table of locks), shutdown, crash, starting up.
const AWAY_SQLSTATES = /^(08...|25006|53...|57P0[123])$/;
const AWAY_SOCKET_ERRORS =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;
// A catalogue that answers, but not now: its database or our login is gone, a lock or statement
// took too long (a locked table), it ended an idle transaction, a deadlock, an error of its system.
// Nothing of a request is wrong then, and the next try may work.
const UNSERVING_SQLSTATES = /^(28...|3D000|55P03|57014|57P0[45]|25P03|40001|40P01|58...)$/;
const UNIQUE_VIOLATION = '23505';
const INSUFFICIENT_PRIVILEGE = '42501';
const INVALID_PARAMETER_VALUE = '22023';
// character_not_in_repertoire, and within JSON untranslatable_character: text in Postgres cannot
// contain NUL, and outside text may.
const UNKEEPABLE_CHARACTER = ['22021', '22P05'];
// node-postgres reports these without a code.
const AWAY_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** True when the error means that a Postgres server cannot be reached. */
export function isPostgresAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = sqlstateOf(error);
  return AWAY_SQLSTATES.test(code) || AWAY_SOCKET_ERRORS.test(code) || AWAY_MESSAGES.test(error.message);
}

/** True when the catalogue cannot do now what it can do at other times. */
export function isCatalogueUnserving(error: unknown): boolean {
  return isPostgresAway(error) || UNSERVING_SQLSTATES.test(sqlstateOf(error));
}

/** True when a statement violated a unique constraint; with a name, that constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error) || !hasSqlstate(error, UNIQUE_VIOLATION)) return false;
  return constraint === undefined || ('constraint' in error && error.constraint === constraint);
}

/** For `catch` after a write: `already_exists` when a unique constraint was violated. */
export function refuseTaken(thing: string): (error: unknown) => never {
  return (error) => {
    throw isUniqueViolation(error) ? new PosternError('already_exists', { params: { thing } }) : error;
  };
}

/** The `not_found` of a thing that is no project or account, such as `role "app"`. */
export function missing(thing: string): PosternError {
  return new PosternError('not_found', { params: { thing } });
}

/** True when a statement was refused because the role does not exist or may not be assumed. */
export function isRoleRefused(error: unknown): boolean {
  return hasSqlstate(error, INSUFFICIENT_PRIVILEGE) || hasSqlstate(error, INVALID_PARAMETER_VALUE);
}

/** Kysely's dialect for Postgres; queries throw `store_unavailable` when it cannot be reached. */
export class CatalogueDialect extends PostgresDialect {
  readonly #config: CatalogueDialectConfig;

  constructor(config: CatalogueDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new CatalogueDriver(this.#config);
  }
}

interface CatalogueDialectConfig extends PostgresDialectConfig {
  /** Called each time that a query fails because Postgres is unavailable. */
  readonly onAway: () => void;
}

class CatalogueDriver extends PostgresDriver {
  readonly #onAway: () => void;

  constructor(config: CatalogueDialectConfig) {
    super(config);
    this.#onAway = config.onAway;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await translatingErrors(() => super.acquireConnection(), this.#onAway);
    return new CatalogueConnection(connection, this.#onAway);
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const inner = connection instanceof CatalogueConnection ? connection.inner : connection;
    await Reflect.apply(super.releaseConnection, this, [inner]);
  }
}

class CatalogueConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #onAway: () => void;

  constructor(inner: DatabaseConnection, onAway: () => void) {
    this.inner = inner;
    this.#onAway = onAway;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return translatingErrors(() => this.inner.executeQuery<R>(query), this.#onAway);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

async function translatingErrors<T>(work: () => Promise<T>, onAway: () => void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCatalogueUnserving(error)) {
      onAway();
      throw new PosternError('store_unavailable', { cause: error });
    }
    if (UNKEEPABLE_CHARACTER.some((sqlstate) => hasSqlstate(error, sqlstate))) {
      throw new PosternError('text_unstorable', { cause: error });
    }
    throw error;
  }
}

function hasSqlstate(error: unknown, sqlstate: string): boolean {
  return sqlstateOf(error) === sqlstate;
}

function sqlstateOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
