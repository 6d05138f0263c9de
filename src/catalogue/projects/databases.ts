// The rows of a branch's databases. Provisioning creates and drops the databases themselves.

import type { Kysely, Selectable } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { ActionOn } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation } from '../store/store-errors.ts';
import type { DatabasesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { getBranch } from './branches.ts';
import { getProject, type Project } from './projects.ts';

export interface Database {
  readonly id: number;
  readonly branchId: BranchId;
  readonly name: string;
  readonly ownerName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface DatabasePlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
  readonly name: string;
}

// PostgreSQL documentation, "Identifiers and Key Words": NAMEDATALEN leaves 63 bytes.
const MAX_IDENTIFIER_BYTES = 63;

/** The branch's databases, the project's own first. */
export async function listDatabases(db: Kysely<Schema>, branchId: BranchId): Promise<Database[]> {
  const rows = await db.selectFrom('databases').selectAll().where('branch_id', '=', branchId).orderBy('id').execute();
  return rows.map(databaseFrom);
}

/** The caller has checked that the branch is visible. */
export async function getDatabase(
  db: Kysely<Schema>,
  { branchId, name }: Pick<DatabasePlace, 'branchId' | 'name'>,
): Promise<Database> {
  const row = await db
    .selectFrom('databases')
    .selectAll()
    .where('branch_id', '=', branchId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) throw databaseNotFound(name);
  return databaseFrom(row);
}

/** Writes a database. Throws `conflict` for a taken name. */
export async function createDatabase(
  catalogue: Catalogue,
  context: AuditContext,
  input: DatabasePlace & { readonly ownerName: string },
): Promise<Database> {
  const project = await projectOf(catalogue, context, { ...input, action: 'database.create' });
  const now = catalogue.clock.now();
  const row = {
    branch_id: input.branchId,
    name: requireIdentifier(input.name, 'database name'),
    owner_name: requireIdentifier(input.ownerName, 'owner'),
    created_at: now,
    updated_at: now,
  };
  return catalogue.transaction(async (tx) => {
    const created = await tx
      .insertInto('databases')
      .values(row)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenName(row.name));
    await recordAuditEvent(
      tx,
      databaseEvent(catalogue, context, { project, name: row.name, event: 'database.created' }),
    );
    return databaseFrom(created);
  });
}

/** Renames a database or changes its owner. Throws `conflict`. */
export async function changeDatabase(
  catalogue: Catalogue,
  context: AuditContext,
  change: DatabasePlace & { readonly newName?: string; readonly ownerName?: string },
): Promise<Database> {
  const project = await projectOf(catalogue, context, { ...change, action: 'database.change' });
  const name = requireIdentifier(change.newName ?? change.name, 'database name');
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .updateTable('databases')
      .set({ name, owner_name: change.ownerName, updated_at: catalogue.clock.now() })
      .where('branch_id', '=', change.branchId)
      .where('name', '=', change.name)
      .returningAll()
      .executeTakeFirst()
      .catch(refuseTakenName(name));
    if (row === undefined) throw databaseNotFound(change.name);
    await recordAuditEvent(tx, databaseEvent(catalogue, context, { project, name, event: 'database.changed' }));
    return databaseFrom(row);
  });
}

/** Deletes the row. */
export async function deleteDatabase(
  catalogue: Catalogue,
  context: AuditContext,
  place: DatabasePlace,
): Promise<Database> {
  const project = await projectOf(catalogue, context, { ...place, action: 'database.delete' });
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .deleteFrom('databases')
      .where('branch_id', '=', place.branchId)
      .where('name', '=', place.name)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw databaseNotFound(place.name);
    await recordAuditEvent(
      tx,
      databaseEvent(catalogue, context, { project, name: row.name, event: 'database.removed' }),
    );
    return databaseFrom(row);
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

/** For new names, which must also be usable in a path, where `.` and `..` have another meaning. */
export function requireNewIdentifier(name: string, field: string): string {
  if (name !== '.' && name !== '..') return requireIdentifier(name, field);
  throw new PosternError('identifier_reserved', { params: { field, name } });
}

async function projectOf(
  catalogue: Catalogue,
  context: AuditContext,
  place: DatabasePlace & { readonly action: ActionOn<'project'> },
): Promise<Project> {
  const project = await getProject(catalogue, context, place);
  await getBranch(catalogue.db, place);
  return project;
}

function databaseEvent(
  catalogue: Catalogue,
  context: AuditContext,
  change: { project: Project; name: string; event: 'database.created' | 'database.changed' | 'database.removed' },
) {
  const { project, name, event } = change;
  return changeEvent(catalogue, context, {
    event,
    projectId: project.id,
    accountId: project.accountId,
    database: name,
  });
}

function refuseTakenName(name: string): (error: unknown) => never {
  return (error) => {
    if (!isUniqueViolation(error)) throw error;
    throw new PosternError('already_exists', { params: { thing: `database "${name}"` } });
  };
}

function databaseNotFound(name: string): PosternError {
  return new PosternError('not_found', { params: { thing: `database "${name}"` } });
}

function databaseFrom(row: Selectable<DatabasesTable>): Database {
  return {
    id: row.id,
    branchId: row.branch_id,
    name: row.name,
    ownerName: row.owner_name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
