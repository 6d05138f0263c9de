// Keeps hosted databases to the roles of their own project: somebody inside may have granted
// CONNECT to a role of another one, as a way back in, through whoever may grant it.

import { escapeIdentifier as quoted } from 'pg';
import { inAnyOrder, tryAll } from '../../async/try-all.ts';
import type { HostTenant } from '../../catalogue/projects/database-role-rows.ts';
import type { HostConnection } from './host-connection.ts';
import { joinRoles } from './host-objects.ts';

/** Its row may be held by whoever granted it. The others must not wait for that for long. */
export const TENDING_LOCK_LIMIT_MS = 250;

type Host = Pick<HostConnection, 'query' | 'run'>;

interface Admitted {
  readonly database: string;
  readonly owner: string;
  /** Null: everybody. */
  readonly role: string | null;
}

const ADMITTED = `SELECT d.datname AS database, pg_get_userbyid(d.datdba) AS owner, r.rolname AS role
  FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
  WHERE d.datname = ANY($1) AND a.privilege_type = 'CONNECT' AND (a.grantee = 0 OR r.rolname = ANY($2))`;

/** The roles but the owner that may pass CONNECT on. */
const GRANTORS = `SELECT DISTINCT r.rolname AS role FROM pg_database d
  CROSS JOIN LATERAL aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee
  WHERE d.datname = $1 AND a.is_grantable AND a.grantee <> d.datdba`;

const SESSIONS = `SELECT DISTINCT d.datname AS database, pg_get_userbyid(d.datdba) AS owner, a.usename AS role
  FROM pg_stat_activity a JOIN pg_database d ON d.oid = a.datid
  WHERE d.datname = ANY($1) AND a.usename = ANY($2)`;

const END_SESSIONS = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $2';

/**
 * Takes CONNECT from roles of other projects and from PUBLIC, and ends their sessions; other roles
 * keep theirs. A project whose rows are held waits for the next time. Throws what stays open.
 */
export async function closeToOthers(host: Host, tenants: readonly HostTenant[]): Promise<void> {
  const foreign = await findForeign(host, tenants);
  const closeAll = () =>
    tryAll(inAnyOrder(tenants), async ({ databases }) => {
      for (const database of inAnyOrder(databases)) {
        const admitted = foreign.filter((one) => one.database === database);
        if (admitted.length > 0) await close(host, database, admitted);
      }
    });
  // A session may have taken its own grant back, or may hold what a revocation needs.
  await tryAll([closeAll, () => endForeignSessions(host, tenants)], (step) => step());
}

/** A database is the project's whose role owns it: others may still list one of its name. */
async function findForeign({ query }: Host, tenants: readonly HostTenant[], sql = ADMITTED): Promise<Admitted[]> {
  const tenantOf = new Map(tenants.flatMap((tenant) => tenant.roles.map((role) => [role, tenant])));
  const listed = new Map(tenants.flatMap((tenant) => tenant.databases.map((name) => [name, tenant])));
  const found = await query<{ database: string; owner: string; role: string | null }>(sql, [
    [...listed.keys()],
    [...tenantOf.keys()],
  ]);
  return found.filter(({ database, owner, role }) => {
    // An operator may own it.
    const tenant = tenantOf.get(owner) ?? listed.get(database);
    return role === null || tenantOf.get(role) !== tenant;
  });
}

async function close(host: Host, database: string, admitted: readonly Admitted[]): Promise<void> {
  const revoke = (what: string, roles: readonly string[]) =>
    `REVOKE ${what} ON DATABASE ${quoted(database)} FROM ${roles.join(', ')} CASCADE`;
  const roles = admitted.map(({ role }) => (role === null ? 'PUBLIC' : quoted(role)));
  const limit = `SET LOCAL lock_timeout = ${TENDING_LOCK_LIMIT_MS}`;
  await host.run(limit, revoke('ALL', roles));
  const names = admitted.map(({ role }) => role).filter((role) => role !== null);
  const left = () => host.query(`${ADMITTED} LIMIT 1`, [[database], names]);
  if ((await left()).length === 0) return;
  // REVOKE takes only what the owner granted. All other grants rest on a GRANT OPTION of the owner.
  const grantors = await host.query<{ role: string }>(GRANTORS, [database]);
  if (grantors.length > 0) await host.run(limit, revoke('GRANT OPTION FOR ALL', grantors.map(nameOf)));
  if ((await left()).length > 0) throw new Error(`database "${database}" stays open to other projects`);
}

function nameOf({ role }: { readonly role: string }): string {
  return quoted(role);
}

async function endForeignSessions(host: Host, tenants: readonly HostTenant[]): Promise<void> {
  await tryAll(await findForeign(host, tenants, SESSIONS), async ({ database, role }) => {
    if (role === null) return;
    await joinRoles(host, [role]);
    await host.query(END_SESSIONS, [database, role]);
  });
}
