// Finds roles and databases on a host, joins roles, and ends connections. Knows no project.

import { escapeIdentifier as quoted } from 'pg';
import type { HostConnection } from './host-connection.ts';

export interface HostObject {
  readonly oid: number;
  readonly name: string;
}

export interface HostDatabase extends HostObject {
  readonly owner: string;
}

type HostDatabaseRow = { oid: number; name: string; owner: string };

const DATABASES = 'SELECT oid::int8::float8 AS oid, datname AS name, pg_get_userbyid(datdba) AS owner FROM pg_database';

export async function findDatabase(
  { query }: Pick<HostConnection, 'query'>,
  which: { name: string } | { oid: number },
): Promise<HostDatabase | null> {
  const [column, value] = 'name' in which ? ['datname', which.name] : ['oid', which.oid];
  return (await query<HostDatabaseRow>(`${DATABASES} WHERE ${column} = $1`, [value]))[0] ?? null;
}

/**
 * Those that belong to one of the roles. NOTE: tenants drop their databases by SQL as they like,
 * and whoever comes next may have the name: a name alone says nothing of whose a database is.
 */
export async function findOwnDatabases(
  { query }: Pick<HostConnection, 'query'>,
  { names, roles }: { readonly names: readonly string[]; readonly roles: readonly string[] },
): Promise<HostDatabase[]> {
  const sql = `${DATABASES} WHERE datname = ANY($1) AND pg_get_userbyid(datdba) = ANY($2) ORDER BY oid`;
  return await query<HostDatabaseRow>(sql, [[...names], [...roles]]);
}

export async function findRole({ query }: HostConnection, which: { name: string } | { oid: number }) {
  const [column, value] = 'name' in which ? ['rolname', which.name] : ['oid', which.oid];
  const sql = `SELECT oid::int8::float8 AS oid, rolname AS name FROM pg_roles WHERE ${column} = $1`;
  return (await query<{ oid: number; name: string }>(sql, [value]))[0] ?? null;
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

const NOT_JOINED = `SELECT rolname AS name FROM pg_roles
  WHERE rolname = ANY($1) AND NOT pg_has_role(current_user, oid, 'MEMBER')`;

/**
 * The operator's role belongs to the roles that it made, and needs that to act for them. Up to
 * PostgreSQL 15, a role may take itself away from its members.
 */
export async function joinRoles(
  { query, run }: Pick<HostConnection, 'query' | 'run'>,
  roles: readonly string[],
): Promise<void> {
  const left = await query<{ name: string }>(NOT_JOINED, [[...roles]]);
  if (left.length > 0) await run(...left.map(({ name }) => `GRANT ${quoted(name)} TO CURRENT_USER`));
}
