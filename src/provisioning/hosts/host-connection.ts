// Connections of one name, as the operator's role, to a host and its databases.

import pg from 'pg';
import type { ConfiguredHost } from '../../config/variable-formats.ts';
import { adminConnection } from './host-address.ts';
import { reaching } from './host-pool.ts';

export interface SessionOptions {
  /** Its application name on the server. */
  readonly name: string;
  /** Called after each connect, before anything is sent. Throws when the session must end. */
  readonly mayGoOn: () => Promise<void>;
}

/** Everything throws `host_away` when the server cannot be reached now. */
export interface HostConnection {
  /** One text, so that Postgres runs all of it in one transaction. */
  run(...statements: readonly string[]): Promise<void>;
  /** Inside another database, since privileges on its contents can be changed only from there. */
  runIn(database: string, statements: readonly string[]): Promise<void>;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** The caller closes it. */
export async function openHostConnection(host: ConfiguredHost, options: SessionOptions): Promise<HostConnection> {
  const client = await connect(host, options);
  return {
    run: (...statements) => reaching(async () => void (await client.query(statements.join('; ')))),
    runIn: async (database, statements) => {
      const inside = await connect(host, options, database);
      try {
        await reaching(() => inside.query(statements.join('; ')));
      } finally {
        await inside.end();
      }
    },
    query: (sql, values = []) => reaching(async () => (await client.query(sql, values)).rows),
    close: () => client.end(),
  };
}

async function connect(host: ConfiguredHost, options: SessionOptions, database?: string): Promise<pg.Client> {
  const admin = adminConnection(host.url, database);
  const client = new pg.Client({
    ...admin,
    application_name: options.name,
    options: [admin.options, ...noTimeouts(host)].join(' '),
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
