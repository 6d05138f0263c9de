// One compute with everything that a connection to it depends on, as the catalogue holds it.

import type { Kysely, Selectable } from 'kysely';
import type { ComputeId } from '../ids.ts';
import { type Account, findAccount } from './accounts.ts';
import { type Compute, computeFrom, tlsSettingsFrom, type UpstreamTlsSettings } from './compute-rows.ts';
import { computeNotFound } from './computes.ts';
import { listDatabases } from './databases.ts';
import { effectivePolicy, type Policy } from './policy.ts';
import { findProject, type Project } from './projects.ts';
import type { Schema } from './schema.ts';
import type { Sealer } from './sealing.ts';
import type { DatabaseRolesTable } from './tables/projects-and-computes.ts';

export interface TargetRow {
  readonly account: Account;
  readonly project: Project;
  readonly compute: Compute;
  readonly policy: Policy;
  /** The project's own first. */
  readonly databases: readonly string[];
  /** Those that may log in, the project's own first. */
  readonly roles: ReadonlyArray<Selectable<DatabaseRolesTable>>;
  /** Opens the client's key, so it is called just before use. */
  readonly tlsSettings: (sealer: Sealer) => UpstreamTlsSettings;
}

/** Throws `not_found` for an unknown or disabled compute; asks nobody's permission. */
export async function loadTargetRow(db: Kysely<Schema>, computeId: ComputeId): Promise<TargetRow> {
  const row = await db
    .selectFrom('computes')
    .selectAll()
    .where('id', '=', computeId)
    .where('is_disabled', '=', false)
    .executeTakeFirst();
  const project = row === undefined ? null : await findProject(db, row.project_id);
  const account = project === null ? null : await findAccount(db, project.accountId);
  if (row === undefined || project === null || account === null) throw computeNotFound(computeId);
  const [databases, roles] = await Promise.all([
    listDatabases(db, row.branch_id),
    db
      .selectFrom('database_roles')
      .selectAll()
      .where('branch_id', '=', row.branch_id)
      .where('may_login', '=', true)
      .orderBy('ordinal')
      .execute(),
  ]);
  const compute = computeFrom(row);
  return {
    account,
    project,
    compute,
    policy: effectivePolicy(account, compute),
    databases: databases.map((database) => database.name),
    roles,
    tlsSettings: (sealer) => tlsSettingsFrom(row, sealer),
  };
}
