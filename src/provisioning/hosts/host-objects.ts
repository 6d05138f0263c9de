// Finds roles and databases on a host; ends connections and privileges. Knows no project.

import { escapeIdentifier as quoted } from 'pg';
import type { HostConnection } from './host-connection.ts';

export interface HostObject {
  readonly oid: number;
  readonly name: string;
}

export interface HostDatabase extends HostObject {
  readonly owner: string;
}

export async function findDatabase({ query }: HostConnection, which: { name: string } | { oid: number }) {
  const [column, value] = 'name' in which ? ['datname', which.name] : ['oid', which.oid];
  const sql = `SELECT oid::int8::float8 AS oid, datname AS name, pg_get_userbyid(datdba) AS owner
    FROM pg_database WHERE ${column} = $1`;
  return (await query<{ oid: number; name: string; owner: string }>(sql, [value]))[0] ?? null;
}

export async function findRole({ query }: HostConnection, name: string): Promise<HostObject | null> {
  const sql = 'SELECT oid::int8::float8 AS oid, rolname AS name FROM pg_roles WHERE rolname = $1';
  return (await query<{ oid: number; name: string }>(sql, [name]))[0] ?? null;
}

/** Roles belong to the server: a grant in another database would keep one from being dropped. */
export async function forgetElsewhere(connection: HostConnection, role: string): Promise<void> {
  const { open } = await databasesOf(connection, role);
  for (const database of open) await connection.runIn(database, [`DROP OWNED BY ${quoted(role)}`]);
}

/** Where the role owns something or was granted something. */
export async function databasesOf(connection: HostConnection, role: string) {
  const rows = await connection.query<{ datname: string; datallowconn: boolean }>(
    `SELECT DISTINCT d.datname, d.datallowconn FROM pg_shdepend s
     JOIN pg_database d ON d.oid = CASE s.dbid
       WHEN 0 THEN (SELECT oid FROM pg_database WHERE datname = current_database()) ELSE s.dbid END
     WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = to_regrole($1)`,
    [quoted(role)],
  );
  const names = (rowsOf: typeof rows) => rowsOf.map(({ datname }) => datname);
  return {
    open: names(rows.filter(({ datallowconn }) => datallowconn)),
    closed: names(rows.filter(({ datallowconn }) => !datallowconn)),
  };
}

/** Also one that its owner made a template, which PostgreSQL does not drop. */
export async function dropDatabase({ run, query }: HostConnection, name: string): Promise<void> {
  const rows = await query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  if (rows.length > 0) await run(`ALTER DATABASE ${quoted(name)} IS_TEMPLATE false`);
  await run(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
}

export async function endConnections(
  { query }: HostConnection,
  target: { databases: readonly string[]; which: 'idle' | 'all' },
): Promise<void> {
  const onlyIdle = target.which === 'idle' ? `AND state = 'idle'` : '';
  await query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = ANY($1) AND pid <> pg_backend_pid() AND backend_type = 'client backend' ${onlyIdle}`,
    [[...target.databases]],
  );
}
