// Keeps the roles of one project out of those of another: a member may do what the role may. Since
// PostgreSQL 15 no tenant can grant its role, see docs/operate.md, "Hosts".

import { escapeIdentifier as quoted } from 'pg';
import { inAnyOrder, tryAll } from '../../async/try-all.ts';
import type { HostTenant } from '../../catalogue/projects/database-role-rows.ts';
import { TENDING_LOCK_LIMIT_MS } from './foreign-grants.ts';
import type { HostConnection } from './host-connection.ts';
import { joinRoles } from './host-objects.ts';

const MEMBERSHIPS = `SELECT granted.rolname AS granted, member.rolname AS member FROM pg_auth_members m
  JOIN pg_roles granted ON granted.oid = m.roleid JOIN pg_roles member ON member.oid = m.member
  WHERE granted.rolname = ANY($1) AND member.rolname = ANY($1)`;

/** A session keeps the role that it has SET, and others may be members of the member. */
const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE usename = $1::name OR (usename = ANY($2) AND pg_has_role(usesysid, $1::name, 'MEMBER'))`;

/** Takes back every membership between roles of two projects, and ends the members' sessions. */
export async function partProjects(
  host: Pick<HostConnection, 'query' | 'run'>,
  tenants: readonly HostTenant[],
): Promise<void> {
  const tenantOf = new Map(tenants.flatMap((tenant) => tenant.roles.map((role) => [role, tenant])));
  const hosted = [...tenantOf.keys()];
  const found = await host.query<{ granted: string; member: string }>(MEMBERSHIPS, [hosted]);
  const foreign = found.filter(({ granted, member }) => tenantOf.get(granted) !== tenantOf.get(member));
  await tryAll(inAnyOrder(foreign), async ({ granted, member }) => {
    const ownRoles = [...(tenantOf.get(member)?.roles ?? [])];
    await host.run(
      `SET LOCAL lock_timeout = ${TENDING_LOCK_LIMIT_MS}`,
      `REVOKE ${quoted(granted)} FROM ${quoted(member)} CASCADE`,
    );
    await joinRoles(host, ownRoles);
    await host.query(END_SESSIONS, [member, ownRoles]);
  });
}
