// Drops a database although its owner made it a template or left prepared transactions.

import { escapeLiteral, escapeIdentifier as quoted } from 'pg';
import type { HostConnection } from './host-connection.ts';

/** Ends the database's connections and removes it; does nothing when it is gone. */
export async function dropDatabase(connection: HostConnection, name: string): Promise<void> {
  const { run, query } = connection;
  await rollBackPrepared(connection, name);
  const rows = await query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  if (rows.length > 0) await run(`ALTER DATABASE ${quoted(name)} IS_TEMPLATE false`);
  await run(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
}

/** PostgreSQL does not drop a database with one; only its owner, in there, can roll it back. */
async function rollBackPrepared({ query, runIn }: HostConnection, database: string): Promise<void> {
  const sql = 'SELECT gid, owner FROM pg_prepared_xacts WHERE database = $1';
  const prepared = await query<{ gid: string; owner: string }>(sql, [database]);
  if (prepared.length === 0) return;
  const statements = prepared.flatMap(({ gid, owner }) => [
    `SET ROLE ${quoted(owner)}`,
    `ROLLBACK PREPARED ${escapeLiteral(gid)}`,
    'RESET ROLE',
  ]);
  await runIn(database, statements, { send: 'one_by_one' });
}
