// Chooses the database and the database role of a connection, from the request and from what the
// compute has. Pure.

import { PosternError } from '../../errors.ts';
import { quoted } from '../../untrusted-text.ts';
import { shownName } from '../projects/compute-rows.ts';
import type { LoginRoleRow, TargetRow } from './target-row.ts';

/** The requested database, else the project's own. Throws `not_found`. */
export function chooseDatabase(row: Pick<TargetRow, 'databases' | 'compute'>, choice: { database: string | null }) {
  const found = choice.database === null ? row.databases[0] : row.databases.find((name) => name === choice.database);
  if (found !== undefined) return found;
  const thing =
    choice.database === null
      ? `a database on compute ${quoted(shownName(row.compute))}`
      : `database ${quoted(choice.database)}`;
  throw new PosternError('not_found', { params: { thing } });
}

/**
 * The requested role, else the first that fits. Read-only access requires a role that cannot write,
 * since a client could turn off a read-only setting. Throws `forbidden` where only reading is
 * allowed, `precondition` without a fitting role, `not_found`.
 */
export function chooseDatabaseRole(
  row: Pick<TargetRow, 'roles' | 'policy' | 'compute'>,
  choice: { readonly databaseRole: string | null; readonly access: 'read_write' | 'read_only' },
): LoginRoleRow {
  const mustRead = choice.access === 'read_only';
  if (row.policy.readOnlyOnly && !mustRead) {
    throw new PosternError('compute_read_only', { params: { compute: shownName(row.compute) } });
  }
  if (choice.databaseRole !== null && !row.roles.some((role) => role.name === choice.databaseRole)) {
    throw new PosternError('not_found', { params: { thing: `role ${quoted(choice.databaseRole)}` } });
  }
  const fitting = row.roles.filter((role) => choice.databaseRole === null || role.name === choice.databaseRole);
  const found = fitting.find((role) => role.is_read_only === mustRead) ?? (mustRead ? undefined : fitting[0]);
  if (found !== undefined) return found;
  const params = { compute: shownName(row.compute), roleKind: mustRead ? 'read-only role' : 'role' };
  throw new PosternError('no_fitting_role', { params });
}
