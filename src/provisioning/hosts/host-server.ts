// One Postgres server that hosts projects: its address, its locks and its sessions.

import type pg from 'pg';
import type { ConfiguredHost } from '../../config/variable-formats.ts';
import type { Log } from '../../log.ts';
import { type ConnectionShare, connectionShare } from './connection-share.ts';
import { type HostAddress, hostAddress } from './host-address.ts';
import {
  connect,
  openHostConnection,
  openHostPool,
  type SessionOptions,
  waitUntilSessionsEnd,
} from './host-connection.ts';
import { createHostLocks, type RunAlone } from './host-locks.ts';
import { type HostSession, hostSession } from './host-session.ts';

/** Everything throws `host_away` when the server cannot be reached now. */
export interface HostServer {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly address: HostAddress;
  /** What is made of several steps, or changes one project twice, runs alone for that project. */
  readonly alone: RunAlone;
  withSession<Result>(options: SessionOptions, work: (session: HostSession) => Promise<Result>): Promise<Result>;
  /** Ends all sessions of that name, and waits until their work is done or rolled back. */
  endSessions(name: string): Promise<void>;
  readonly share: ConnectionShare;
  /** As the operator's role, for more than one statement; to be closed. */
  connect(): Promise<pg.Client>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const PLAIN = { name: 'postern', mayGoOn: async () => {} };

/** Nothing is dialled before the first use. The caller closes it. */
export function openHostServer(
  host: ConfiguredHost,
  { log, connectionsPerProject }: { readonly log: Log; readonly connectionsPerProject: number | null },
): HostServer {
  const pool = openHostPool(host, log);
  const share = connectionShare(pool, connectionsPerProject);
  return {
    share,
    id: host.id,
    pgVersion: host.pgVersion,
    regionId: host.regionId,
    address: hostAddress(host.url),
    alone: createHostLocks(host.url),
    withSession: async (options, work) => {
      const connection = await openHostConnection(host, options);
      try {
        return await work(hostSession(connection, share));
      } finally {
        await connection.close();
      }
    },
    endSessions: (name) => waitUntilSessionsEnd(pool, name),
    connect: () => connect(host, PLAIN),
    query: pool.query,
    close: pool.close,
  };
}
