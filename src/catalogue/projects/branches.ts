// The branch of a project: one default `main`. Creating branches is not offered.

import type { Kysely, Selectable } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import type { ActionOn } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { type CamelRow, camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import type { BranchesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { auditedProject, getProject, type Project, projectResource } from './projects.ts';

export type Branch = CamelRow<Selectable<BranchesTable>>;

/** The default one first. The caller has checked that the project is visible. */
export async function listBranches(catalogue: Catalogue, projectId: ProjectId): Promise<Branch[]> {
  const rows = await catalogue.db
    .selectFrom('branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('is_default', 'desc')
    .orderBy('created_at')
    .execute();
  return rows.map(camelRow);
}

export async function getBranch(
  db: Kysely<Schema>,
  { projectId, branchId }: { readonly projectId: ProjectId; readonly branchId: BranchId },
  how: 'read' | 'locked' = 'read',
): Promise<Branch> {
  const row = await db
    .selectFrom('branches')
    .selectAll()
    .where('id', '=', branchId)
    .where('project_id', '=', projectId)
    .$if(how === 'locked', (query) => query.forUpdate())
    .executeTakeFirstOrThrow(() => missing(`branch "${branchId}"`));
  return camelRow(row);
}

/** The project's default branch. Throws `not_found` when the project is unknown. */
export async function getDefaultBranch(db: Kysely<Schema>, projectId: ProjectId): Promise<Branch> {
  const row = await db
    .selectFrom('branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('is_default', '=', true)
    .executeTakeFirstOrThrow(() => missing(`project "${projectId}"`));
  return camelRow(row);
}

/** Neon: a project with a protected branch, and the branch's computes, cannot be deleted. */
export async function requireUnprotected(db: Kysely<Schema>, projectId: ProjectId): Promise<void> {
  const branch = await getDefaultBranch(db, projectId);
  if (branch.isProtected) throw new PosternError('branch_protected', { params: { branch: branch.name } });
}

/** The project if the actor may perform the action and the branch is the project's. */
export async function getProjectOfBranch(
  catalogue: Catalogue,
  context: AuditContext,
  place: { readonly projectId: ProjectId; readonly branchId: BranchId; readonly action: ActionOn<'project'> },
): Promise<Project> {
  const project = await getProject(catalogue, context, place);
  await getBranch(catalogue.db, place);
  return project;
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
  const { projectId, branchId, name, isProtected } = change;
  const project = await getProject(catalogue, context, { projectId, action: 'branch.change' });
  const resource = projectResource(catalogue, project);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'branch.change', resource });
    // NOTE: locked, or a new name would write back a protection that somebody else just changed.
    const branch = await getBranch(tx, change, 'locked');
    if (isProtected !== undefined && isProtected !== branch.isProtected) {
      await requireStillMay(tx, { catalogue, context }, { action: 'branch.protect', resource });
    }
    const changed: Branch = {
      ...branch,
      name: name === undefined ? branch.name : requireName(name, 'branch name'),
      isProtected: isProtected ?? branch.isProtected,
      updatedAt: catalogue.clock.now(),
    };
    await tx
      .updateTable('branches')
      .set({ name: changed.name, is_protected: changed.isProtected, updated_at: changed.updatedAt })
      .where('id', '=', branchId)
      .execute()
      .catch(refuseTaken(`branch ${quoted(changed.name)}`));
    const event = { event: 'project.changed', ...auditedProject(project), reason: `branch ${branchId}` } as const;
    await recordChange(tx, { catalogue, context }, event);
    return changed;
  });
}
