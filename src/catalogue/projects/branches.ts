// The branch of a project: one default `main`. Creating branches is not offered.

import type { Kysely, Selectable } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation } from '../store/store-errors.ts';
import type { BranchesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { auditedProject, getProject } from './projects.ts';

export interface Branch {
  readonly id: BranchId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The default one first. The caller has checked that the project is visible. */
export async function listBranches(catalogue: Catalogue, projectId: ProjectId): Promise<Branch[]> {
  const rows = await catalogue.db
    .selectFrom('branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('is_default', 'desc')
    .orderBy('created_at')
    .execute();
  return rows.map(branchFrom);
}

/** A branch of the project, whose visibility the caller has checked. */
export async function getBranch(
  db: Kysely<Schema>,
  { projectId, branchId }: { readonly projectId: ProjectId; readonly branchId: BranchId },
): Promise<Branch> {
  const row = await db
    .selectFrom('branches')
    .selectAll()
    .where('id', '=', branchId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (row === undefined) throw new PosternError('not_found', { params: { thing: `branch "${branchId}"` } });
  return branchFrom(row);
}

/** The project's default branch. Throws `not_found` when the project is unknown. */
export async function getDefaultBranch(db: Kysely<Schema>, projectId: ProjectId): Promise<Branch> {
  const row = await db
    .selectFrom('branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('is_default', '=', true)
    .executeTakeFirst();
  if (row === undefined) throw new PosternError('not_found', { params: { thing: `project "${projectId}"` } });
  return branchFrom(row);
}

/** Renames or protects the branch. Throws `conflict` for a taken name. */
export async function changeBranch(
  catalogue: Catalogue,
  context: AuditContext,
  change: {
    readonly projectId: ProjectId;
    readonly branchId: BranchId;
    readonly name?: string;
    readonly isProtected?: boolean;
  },
): Promise<Branch> {
  const project = await getProject(catalogue, context, { projectId: change.projectId, action: 'branch.change' });
  const branch = await getBranch(catalogue.db, change);
  const changed: Branch = {
    ...branch,
    name: change.name === undefined ? branch.name : requireName(change.name, 'branch name'),
    isProtected: change.isProtected ?? branch.isProtected,
    updatedAt: catalogue.clock.now(),
  };
  await catalogue.transaction(async (tx) => {
    await tx
      .updateTable('branches')
      .set({ name: changed.name, is_protected: changed.isProtected, updated_at: changed.updatedAt })
      .where('id', '=', branch.id)
      .execute()
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new PosternError('already_exists', { params: { thing: `branch "${changed.name}"` } });
      });
    const event = { event: 'project.changed', ...auditedProject(project), reason: `branch ${branch.id}` } as const;
    await recordAuditEvent(tx, changeEvent(catalogue, context, event));
  });
  return changed;
}

function branchFrom(row: Selectable<BranchesTable>): Branch {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    isDefault: row.is_default,
    isProtected: row.is_protected,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
