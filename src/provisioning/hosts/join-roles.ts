// The operator's role belongs to the roles that it made, and needs that to act for them.

import { escapeIdentifier as quoted } from 'pg';
import type { HostConnection } from './host-connection.ts';

const NOT_JOINED = `SELECT rolname AS name FROM pg_roles
  WHERE rolname = ANY($1) AND NOT pg_has_role(current_user, oid, 'MEMBER')`;

/** Up to PostgreSQL 15, a role may take itself away from its members. */
export async function joinRoles(
  { query, run }: Pick<HostConnection, 'query' | 'run'>,
  roles: readonly string[],
): Promise<void> {
  const left = await query<{ name: string }>(NOT_JOINED, [[...roles]]);
  if (left.length > 0) await run(...left.map(({ name }) => `GRANT ${quoted(name)} TO CURRENT_USER`));
}
