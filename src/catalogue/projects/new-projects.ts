// Writes new projects with their default branch. Provisioning sets them up on a Postgres server.

import type { Selectable, Transaction } from 'kysely';
import { type AccountId, type BranchId, newBranchId, newProjectId, type ProjectId } from '../../ids.ts';
import { countProjects, lockAccount } from '../accounts/accounts.ts';
import { accountResource } from '../rights/permissions.ts';
import { requireRoomFor } from '../rights/plans.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import type { ProjectsTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type JsonObject, type Project, projectFrom } from './projects.ts';

export interface NewProject {
  /** Generated in advance where names on the upstream derive from it. */
  readonly id?: ProjectId;
  readonly accountId: AccountId;
  /** Absent: the project is named by its id. */
  readonly name?: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly creationSource: 'hosted' | 'attached';
  readonly branchName?: string;
  readonly settings?: JsonObject;
  readonly defaultEndpointSettings?: JsonObject;
  readonly historyRetentionSeconds?: number;
  readonly storePasswords?: boolean;
}

/** Writes a project with its default branch. Throws `plan_gate` beyond the plan's limit. */
export async function createProject(catalogue: Catalogue, context: AuditContext, input: NewProject) {
  return catalogue.transaction((tx) => insertProject(tx, { catalogue, context, input }));
}

/** `createProject` within a transaction of the caller. */
export async function insertProject(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; input: NewProject },
): Promise<{ readonly project: Project; readonly branchId: BranchId }> {
  const { catalogue, context, input } = how;
  const resource = accountResource(input.accountId);
  await requireStillMay(tx, { catalogue, context }, { action: 'projects.create', resource });
  const account = await lockAccount(tx, input.accountId);
  requireRoomFor('projects', account.plan, 1 + (await countProjects(tx, account.id)));
  const row = projectRow(input, context, catalogue.clock.now());
  await tx
    .insertInto('projects')
    .values({
      ...row,
      settings: JSON.stringify(row.settings),
      default_endpoint_settings: JSON.stringify(row.default_endpoint_settings),
    })
    .execute();
  const branchId = newBranchId();
  await tx
    .insertInto('branches')
    .values({
      id: branchId,
      project_id: row.id,
      name: requireName(input.branchName ?? 'main', 'branch name'),
      is_default: true,
      is_protected: false,
      created_at: row.created_at,
      updated_at: row.created_at,
    })
    .execute();
  const event = { event: 'project.created', accountId: account.id, projectId: row.id, subject: row.name } as const;
  await recordChange(tx, { catalogue, context }, event);
  return { project: projectFrom(row), branchId };
}

function projectRow(
  input: NewProject,
  { actor }: AuditContext,
  now: Date,
): Omit<Selectable<ProjectsTable>, 'named_at'> {
  const id = input.id ?? newProjectId();
  return {
    id,
    account_id: input.accountId,
    name: requireName(input.name ?? id, 'project name'),
    pg_version: input.pgVersion,
    region_id: input.regionId,
    creation_source: input.creationSource,
    settings: input.settings ?? {},
    default_endpoint_settings: input.defaultEndpointSettings ?? {},
    history_retention_seconds: input.historyRetentionSeconds ?? 0,
    store_passwords: input.storePasswords ?? true,
    created_by: actor.kind === 'person' ? actor.userId : null,
    created_at: now,
    updated_at: now,
    label: 'none',
  };
}
