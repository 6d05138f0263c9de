// Pooled connections of the operator's role to a host, for looking at it. Knows no statement.

import pg from 'pg';
import { isPostgresAway } from '../../catalogue/store/store-errors.ts';
import type { ConfiguredHost } from '../../config/variable-formats.ts';
import { PosternError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { adminConnection } from './host-address.ts';

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
