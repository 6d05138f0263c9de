// The settings of a role that only reads. All who read as it share them, and PostgreSQL lets each
// of them change them (`ALTER ROLE … SET`), so that a reader's sessions begin only with ours.

import { escapeIdentifier as quoted } from 'pg';
import type { HostConnection } from './host-connection.ts';

/** As `pg_db_role_setting` has it. */
const READS_ONLY = 'default_transaction_read_only=on';

export function setReadOnly(role: string): string {
  return `ALTER ROLE ${quoted(role)} SET default_transaction_read_only = on`;
}

const SETTINGS = `SELECT d.datname AS database, s.setconfig AS settings FROM pg_db_role_setting s
  JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE r.rolname = $1`;

/**
 * False where they were as they should be. What only a superuser may set stays as it is. Throws
 * `busy`.
 */
export async function restoreReaderSettings(
  { query, run }: Pick<HostConnection, 'query' | 'run'>,
  role: string,
): Promise<boolean> {
  const found = await query<{ database: string | null; settings: readonly string[] }>(SETTINGS, [role]);
  const [first, ...more] = found;
  if (first?.database === null && more.length === 0 && first.settings.join() === READS_ONLY) return false;
  const where = found.map(({ database }) => (database === null ? '' : ` IN DATABASE ${quoted(database)}`));
  await run(...where.map((place) => `ALTER ROLE ${quoted(role)}${place} RESET ALL`), setReadOnly(role));
  return true;
}
