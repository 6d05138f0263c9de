// Keeps hosted databases to the roles of their own project: somebody inside may have granted
// CONNECT to a role of another one, as a way back in.

import { escapeIdentifier as quoted } from 'pg';
import { tryAll } from '../../async/try-all.ts';
import type { HostedDatabase } from '../../catalogue/projects/database-role-rows.ts';
import type { HostConnection } from './host-connection.ts';

/** Their row may be held by whoever granted it; the others must not wait for that. */
const LOCK_LIMIT_MS = 1_000;

// Null: everybody.
const ADMITTED = `SELECT d.datname AS database, r.rolname AS role
  FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
  WHERE d.datname = ANY($1) AND a.privilege_type = 'CONNECT' AND (a.grantee = 0 OR r.rolname = ANY($2))`;

const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = $1 AND usename = ANY($2) AND usename <> ALL($3)`;

/** Takes CONNECT from roles of other projects and from PUBLIC; other roles keep theirs. */
export async function closeToOthers(
  { query, run }: Pick<HostConnection, 'query' | 'run'>,
  databases: readonly HostedDatabase[],
): Promise<void> {
  const hosted = [...new Set(databases.flatMap(({ roles }) => roles))];
  const rolesOf = new Map(databases.map(({ name, roles }) => [name, roles]));
  const admitted = await query<{ database: string; role: string | null }>(ADMITTED, [[...rolesOf.keys()], hosted]);
  const isForeign = (database: string, role: string | null) =>
    role === null || rolesOf.get(database)?.includes(role) === false;
  const foreign = admitted.filter(({ database, role }) => isForeign(database, role));
  await tryAll(foreign, async ({ database, role }) => {
    const from = role === null ? 'PUBLIC' : quoted(role);
    const revoke = `REVOKE ALL ON DATABASE ${quoted(database)} FROM ${from} CASCADE`;
    await run(`SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}`, revoke);
    await query(END_SESSIONS, [database, hosted, [...(rolesOf.get(database) ?? [])]]);
  });
}
