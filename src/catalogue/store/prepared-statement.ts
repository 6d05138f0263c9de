// Statements of every login, as fixed text under a name: each connection to the catalogue parses
// and plans them once, and the query builder never compiles them.

import {
  CompiledQuery,
  type Kysely,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import type pg from 'pg';
import type { Schema } from './schema.ts';

type Statement<Row> = (db: Kysely<Schema>, values: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * NOTE: list the columns. After a migration Postgres refuses a kept plan whose result has changed,
 * as that of `select *` would have.
 */
export function preparedStatement<Row>(name: string, text: string): Statement<Row> {
  const marked = `/* prepared ${name} */ ${text}`;
  return async (db, values) => {
    const statement: CompiledQuery<Row> = CompiledQuery.raw(marked, [...values]);
    return (await db.executeQuery(statement)).rows;
  };
}

const MARK = /^\/\* prepared (\w+) \*\//;

/** The pool as Kysely uses it, where marked statements are prepared under their name. */
export function preparingPool(pool: { connect(): Promise<pg.PoolClient>; end(): Promise<void> }): PostgresPool {
  // Kysely keeps a connection of its own for each client that it has seen.
  const seen = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const preparing = seen.get(client) ?? preparingClient(client);
      seen.set(client, preparing);
      return preparing;
    },
    end: () => pool.end(),
  };
}

function preparingClient(client: pg.PoolClient): PostgresPoolClient {
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('the catalogue is not read by cursor');
    const [, name] = MARK.exec(text) ?? [];
    return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
  }
  return { query, release: () => client.release() };
}
