// Takes a role out of use at once, and drops it when nothing depends on it any more. What other
// tenants granted to it, or hold locked, lies in their databases and may stay for ever.

import { escapeIdentifier as quoted } from 'pg';
import { pause } from '../../async/retry.ts';
import { tryAll } from '../../async/try-all.ts';
import type { HostConnection } from './host-connection.ts';
import { findRole, type HostObject, joinRoles } from './host-objects.ts';

const RETIRED_NAME = 'postern_retired_';
/** Of what a neighbour holds locked. The role is retired whether or not it can be dropped. */
const LOCK_LIMIT_MS = 1_000;
const DROPPED_AT_A_TIME = 20;
/** Nodes end their own sessions by then and say why; what is left is ended by the server. */
const NODES_END_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 100;

/** No new role is called so. */
export function isRetiredName(role: string): boolean {
  return role.startsWith(RETIRED_NAME);
}

/** Nobody logs in as the role any more, and its sessions end. May be repeated. */
export async function closeLogin({ run, query }: HostConnection, { oid, name }: HostObject): Promise<void> {
  await joinRoles({ run, query }, [name]);
  await run(`ALTER ROLE ${quoted(name)} NOLOGIN PASSWORD NULL`);
  const until = performance.now() + NODES_END_WITHIN_MS;
  while (performance.now() < until && (await countSessions(query, oid)) > 0) await pause(LOOK_EVERY_MS);
  await query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = $1', [oid]);
}

async function countSessions(query: HostConnection['query'], oid: number): Promise<number> {
  return (await query('SELECT FROM pg_stat_activity WHERE usesysid = $1', [oid])).length;
}

/** Its name is free afterwards. Waits for nobody. */
export async function retireRole(connection: HostConnection, role: HostObject): Promise<void> {
  await closeLogin(connection, role);
  await connection.run(`ALTER ROLE ${quoted(role.name)} RENAME TO ${quoted(`${RETIRED_NAME}${role.oid}`)}`);
}

/** Throws what keeps it from being dropped; does nothing when it is gone. */
export async function dropRetiredRole(connection: HostConnection, oid: number): Promise<void> {
  const role = await findRole(connection, { oid });
  if (role === null || !isRetiredName(role.name)) return;
  await tryAll(await openDatabasesOf(connection, role), (database) =>
    connection.runIn(database, [`DROP OWNED BY ${quoted(role.name)}`], { lockLimitMs: LOCK_LIMIT_MS }),
  );
  const limit = `SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}`;
  await connection.run(limit, `DROP ROLE IF EXISTS ${quoted(role.name)}`);
}

/** Some of the retired roles, others each time. */
export async function someRetiredRoles({ query }: Pick<HostConnection, 'query'>): Promise<HostObject[]> {
  return await query<{ oid: number; name: string }>(
    `SELECT oid::int8::float8 AS oid, rolname AS name FROM pg_roles
     WHERE starts_with(rolname, $1) AND NOT rolcanlogin AND pg_has_role(current_user, oid, 'MEMBER')
     ORDER BY random() LIMIT ${DROPPED_AT_A_TIME}`,
    [RETIRED_NAME],
  );
}

/** Where it owns something or was granted something. A closed one is waited for. */
async function openDatabasesOf({ query }: HostConnection, { oid }: HostObject): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT DISTINCT d.datname AS name FROM pg_shdepend s
     JOIN pg_database d ON d.oid = CASE s.dbid
       WHEN 0 THEN (SELECT oid FROM pg_database WHERE datname = current_database()) ELSE s.dbid END
     WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = $1 AND d.datallowconn`,
    [oid],
  );
  return rows.map(({ name }) => name);
}
