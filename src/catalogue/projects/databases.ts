// The rows of a branch's databases. Provisioning creates and drops the databases themselves.

import type { Kysely, Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import { hasInvisibleCharacters, quoted } from '../../untrusted-text.ts';
import { type CamelRow, camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import type { DatabasesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { getProjectOfBranch } from './branches.ts';
import { claimNames } from './claim-names.ts';
import type { Project } from './projects.ts';

export type Database = CamelRow<Selectable<DatabasesTable>>;

export interface DatabasePlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
  readonly name: string;
}

// PostgreSQL documentation, "Identifiers and Key Words": NAMEDATALEN leaves 63 bytes.
const MAX_IDENTIFIER_BYTES = 63;

export async function listDatabases(db: Kysely<Schema>, branchId: BranchId): Promise<Database[]> {
  const rows = await db.selectFrom('databases').selectAll().where('branch_id', '=', branchId).orderBy('id').execute();
  return rows.map(camelRow);
}

/** The caller has checked that the branch is visible. */
export async function getDatabase(db: Kysely<Schema>, { branchId, name }: Pick<DatabasePlace, 'branchId' | 'name'>) {
  const row = await db
    .selectFrom('databases')
    .selectAll()
    .where('branch_id', '=', branchId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow(() => missing(`database ${quoted(name)}`));
  return camelRow(row);
}

export async function createDatabase(
  catalogue: Catalogue,
  context: AuditContext,
  input: DatabasePlace & { readonly ownerName: string },
): Promise<Database> {
  const project = await getProjectOfBranch(catalogue, context, { ...input, action: 'database.create' });
  const now = catalogue.clock.now();
  const row = {
    branch_id: input.branchId,
    name: requireIdentifier(input.name, 'database name'),
    owner_name: requireIdentifier(input.ownerName, 'owner'),
    created_at: now,
    updated_at: now,
  };
  return catalogue.transaction(async (tx) => {
    await claimNames(tx, { table: 'databases', branchId: input.branchId, names: [row.name] });
    const created = await tx
      .insertInto('databases')
      .values(row)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTaken(`database ${quoted(row.name)}`));
    await recordDatabaseEvent(tx, { catalogue, context }, { project, name: row.name, event: 'database.created' });
    return camelRow(created);
  });
}

/** Renames a database or changes its owner. Throws `conflict`. */
export async function changeDatabase(
  catalogue: Catalogue,
  context: AuditContext,
  change: DatabasePlace & { readonly newName?: string; readonly ownerName?: string },
): Promise<Database> {
  const project = await getProjectOfBranch(catalogue, context, { ...change, action: 'database.change' });
  const name = requireIdentifier(change.newName ?? change.name, 'database name');
  return catalogue.transaction(async (tx) => {
    if (name !== change.name) await claimNames(tx, { table: 'databases', branchId: change.branchId, names: [name] });
    const row = await tx
      .updateTable('databases')
      .set({ name, owner_name: change.ownerName, updated_at: catalogue.clock.now() })
      .where('branch_id', '=', change.branchId)
      .where('name', '=', change.name)
      .returningAll()
      .executeTakeFirst()
      .catch(refuseTaken(`database ${quoted(name)}`));
    if (row === undefined) throw missing(`database ${quoted(change.name)}`);
    await recordDatabaseEvent(tx, { catalogue, context }, { project, name, event: 'database.changed' });
    return camelRow(row);
  });
}

export async function deleteDatabase(catalogue: Catalogue, context: AuditContext, place: DatabasePlace) {
  const project = await getProjectOfBranch(catalogue, context, { ...place, action: 'database.delete' });
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .deleteFrom('databases')
      .where('branch_id', '=', place.branchId)
      .where('name', '=', place.name)
      .returningAll()
      .executeTakeFirstOrThrow(() => missing(`database ${quoted(place.name)}`));
    await recordDatabaseEvent(tx, { catalogue, context }, { project, name: row.name, event: 'database.removed' });
    return camelRow(row);
  });
}

/** Accepts the names that Postgres accepts unchanged: 1 to 63 bytes of UTF-8 without NUL. */
export function requireIdentifier(name: string, field: string): string {
  const bytes = Buffer.byteLength(name, 'utf8');
  if (bytes === 0 || bytes > MAX_IDENTIFIER_BYTES || /[\u0000-\u001f\u007f]/.test(name)) {
    throw new PosternError('identifier_invalid', { params: { field, limit: String(MAX_IDENTIFIER_BYTES) } });
  }
  return name;
}

/** What provisioning calls databases and roles that are not complete, or that are to be dropped. */
const OWN_NAMES = /^postern_(op|retired)_/;

/** For new names: visible, and usable in a path, where `.` and `..` have another meaning. */
export function requireNewIdentifier(name: string, field: string): string {
  if (hasInvisibleCharacters(name)) throw new PosternError('identifier_invisible', { params: { field } });
  if (name !== '.' && name !== '..' && !OWN_NAMES.test(name)) return requireIdentifier(name, field);
  throw new PosternError('identifier_reserved', { params: { field, name } });
}

async function recordDatabaseEvent(
  tx: Transaction<Schema>,
  by: { readonly catalogue: Catalogue; readonly context: AuditContext },
  change: { project: Project; name: string; event: 'database.created' | 'database.changed' | 'database.removed' },
): Promise<void> {
  const { project, name: database, event } = change;
  await recordChange(tx, by, { event, projectId: project.id, accountId: project.accountId, database });
}

/** Not audited, since nobody changed anything through Postern. */
export async function syncDatabases(
  catalogue: Catalogue,
  upstream: { readonly branchId: BranchId; readonly databases: ReadonlyArray<{ name: string; ownerName: string }> },
): Promise<void> {
  const { branchId, databases } = upstream;
  const now = catalogue.clock.now();
  const names = databases.map((database) => database.name);
  await catalogue.transaction(async (tx) => {
    const gone = tx.deleteFrom('databases').where('branch_id', '=', branchId);
    await (names.length === 0 ? gone : gone.where('name', 'not in', names)).execute();
    if (names.length === 0) return;
    const stamps = { branch_id: branchId, created_at: now, updated_at: now };
    await tx
      .insertInto('databases')
      .values(databases.map(({ name, ownerName }) => ({ ...stamps, name, owner_name: ownerName })))
      .onConflict((conflict) => conflict.columns(['branch_id', 'name']).doNothing())
      .execute();
  });
}
