// Takes a role out of use at once, and drops it when nothing depends on it any more. What other
// tenants granted to it, or hold locked, lies in their databases and may stay for ever.

import { escapeLiteral, escapeIdentifier as quoted } from 'pg';
import { pause } from '../../async/retry.ts';
import { tryAll } from '../../async/try-all.ts';
import type { HostConnection } from './host-connection.ts';
import { findRole, type HostObject, joinRoles } from './host-objects.ts';
import { dropOwned } from './owned-pieces.ts';

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
    dropOwned(connection, role, { database, lockLimitMs: LOCK_LIMIT_MS }),
  );
  const limit = `SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}`;
  await connection.run(limit, `DROP ROLE IF EXISTS ${quoted(role.name)}`);
}

export type OnKept = (role: HostObject, error: unknown) => void;

const TENDING = `SELECT pg_try_advisory_lock(hashtextextended('postern retired roles', 0)) AS "isOurs"`;
const RETRIES_AFTER = 'Postern tries to drop this role again after';
/** All nodes go by the role's comment. After the first failure it is tried in the next round. */
const DUE = `SELECT oid, name, failures FROM (
    SELECT r.oid::int8::float8 AS oid, rolname AS name,
      regexp_match(shobj_description(r.oid, 'pg_authid'), '^${RETRIES_AFTER} (\\d{1,12}) \\((\\d{1,3}) failures\\)$') AS noted
    FROM pg_roles r
    WHERE starts_with(rolname, $1) AND NOT rolcanlogin AND pg_has_role(current_user, r.oid, 'MEMBER')) retired
  CROSS JOIN LATERAL (SELECT coalesce(noted[2]::int, 0) AS failures) counted
  WHERE coalesce(noted[1]::int8, 0) <= extract(epoch FROM now())
  ORDER BY random() LIMIT ${DROPPED_AT_A_TIME}`;
const FIRST_WAIT_S = 120;
const LONGEST_WAIT_S = 6 * 3_600;

/** Some of those that are due, others each time; ends with the session. */
export async function dropRetiredRoles(connection: HostConnection, onKept: OnKept): Promise<void> {
  const [lock] = await connection.query<{ isOurs: boolean }>(TENDING);
  if (lock?.isOurs !== true) return;
  const due = await connection.query<{ oid: number; name: string; failures: number }>(DUE, [RETIRED_NAME]);
  for (const role of due) {
    await dropRetiredRole(connection, role.oid).catch(async (error: unknown) => {
      onKept(role, error);
      await noteFailure(connection, role).catch(() => {});
    });
  }
}

async function noteFailure({ run }: HostConnection, { name, failures }: HostObject & { readonly failures: number }) {
  const waitS = failures === 0 ? 0 : Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** Math.min(failures - 1, 10));
  const after = Math.floor(Date.now() / 1_000) + waitS;
  const comment = `${RETRIES_AFTER} ${after} (${Math.min(failures + 1, 999)} failures)`;
  await run(
    `SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}`,
    `COMMENT ON ROLE ${quoted(name)} IS ${escapeLiteral(comment)}`,
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
