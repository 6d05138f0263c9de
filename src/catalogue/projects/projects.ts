// The rows of projects, which accounts own. Provisioning sets projects up on a Postgres server;
// creating rows is in new-projects.ts, lists and search are in project-lists.ts.

import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { type ActionOn, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import type { ProjectLabel } from '../tables/project-labels.ts';
import type { ProjectsTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, changeEvent, recordChange } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';
import { reasonWithRename } from '../trail/renames.ts';
import { accessTokenSubject } from '../trail/secret-subjects.ts';

export type Project = ReturnType<typeof projectFrom>;

const jsonObjectSchema = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof jsonObjectSchema>;

export interface ProjectChanges {
  readonly name?: string;
  readonly settings?: JsonObject;
  readonly defaultEndpointSettings?: JsonObject;
  readonly historyRetentionSeconds?: number;
  /** For admins: `project.label`. */
  readonly label?: ProjectLabel;
}

/** The project if the actor may perform the action. */
export async function getProject(
  catalogue: Catalogue,
  context: AuditContext,
  request: { readonly projectId: ProjectId; readonly action?: ActionOn<'project'> },
): Promise<Project> {
  const project = await findProject(catalogue.db, request.projectId);
  if (project === null) throw notFound({ kind: 'project', projectId: request.projectId });
  requireMay(context.actor, request.action ?? 'project.read', projectResource(catalogue, project));
  return project;
}

/** Null when there is no such project. Does not check permissions. */
export async function findProject(db: Kysely<Schema>, projectId: ProjectId): Promise<Project | null> {
  const row = await db.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirst();
  return row === undefined ? null : projectFrom(row);
}

/** Those of the projects that are there; asks nobody's permission. */
export async function findProjects(db: Kysely<Schema>, projectIds: readonly ProjectId[]) {
  const rows = await db.selectFrom('projects').selectAll().where(sql<boolean>`id = any(${projectIds})`).execute();
  return new Map(rows.map((row) => [row.id, projectFrom(row)]));
}

export async function changeProject(
  catalogue: Catalogue,
  context: AuditContext,
  { projectId, changes }: { readonly projectId: ProjectId; readonly changes: ProjectChanges },
): Promise<Project> {
  const project = await getProject(catalogue, context, { projectId, action: 'project.change' });
  if (changes.label !== undefined) requireMay(context.actor, 'project.label', projectResource(catalogue, project));
  const changed: Project = {
    ...project,
    name: changes.name === undefined ? project.name : requireName(changes.name, 'project name'),
    settings: changes.settings ?? project.settings,
    defaultEndpointSettings: changes.defaultEndpointSettings ?? project.defaultEndpointSettings,
    historyRetentionSeconds: changes.historyRetentionSeconds ?? project.historyRetentionSeconds,
    label: changes.label ?? project.label,
    updatedAt: catalogue.clock.now(),
  };
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'project.change'));
    if (changes.label !== undefined) {
      await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'project.label'));
    }
    await tx
      .updateTable('projects')
      .set({
        name: changed.name,
        settings: JSON.stringify(changed.settings),
        default_endpoint_settings: JSON.stringify(changed.defaultEndpointSettings),
        history_retention_seconds: changed.historyRetentionSeconds,
        label: changed.label,
        updated_at: changed.updatedAt,
      })
      .where('id', '=', projectId)
      .execute();
    const label = changed.label === project.label ? null : `label ${changed.label}`;
    const reason = reasonWithRename({ before: project.name, after: changed.name }, label);
    await recordChange(tx, { catalogue, context }, { event: 'project.changed', ...auditedProject(changed), reason });
  });
  return changed;
}

/** Deletes the rows and ends the access; provisioning has dropped what was on the host. */
export async function deleteProject(catalogue: Catalogue, context: AuditContext, projectId: ProjectId) {
  const project = await getProject(catalogue, context, { projectId, action: 'project.delete' });
  await catalogue.transaction(async (tx) => {
    await recordLostSecrets(tx, { catalogue, context, project });
    const { numDeletedRows } = await tx.deleteFrom('projects').where('id', '=', projectId).executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound({ kind: 'project', projectId });
    await recordEndedAccess(tx, { kind: 'end', owners: { projectId } });
    await recordChange(tx, { catalogue, context }, { event: 'project.removed', ...auditedProject(project) });
  });
  return project;
}

/** For `requireStillMay`. */
export function onProject(catalogue: Catalogue, project: Project, action: ActionOn<'project'>) {
  return { action, resource: projectResource(catalogue, project) };
}

export function projectResource(catalogue: Pick<Catalogue, 'settings'>, project: Pick<Project, 'id' | 'accountId'>) {
  const { sharing } = catalogue.settings;
  return { kind: 'project' as const, projectId: project.id, accountId: project.accountId, sharing };
}

export function auditedProject(project: Pick<Project, 'id' | 'accountId' | 'name'>) {
  return { projectId: project.id, accountId: project.accountId, subject: project.name };
}

export function projectFrom(row: Omit<Selectable<ProjectsTable>, 'named_at'> & { readonly named_at?: Date }) {
  const { named_at: _namedAt, ...shown } = row;
  return {
    ...camelRow(shown),
    settings: jsonObjectSchema.parse(row.settings),
    defaultEndpointSettings: jsonObjectSchema.parse(row.default_endpoint_settings),
  };
}

interface Removal {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly project: { readonly id: ProjectId; readonly accountId: AccountId };
  /** Only the tokens of that compute; absent: the tokens of the whole project, and its keys. */
  readonly computeId?: ComputeId;
}

/** Call it before the rows are deleted, in the same transaction. */
export async function recordLostSecrets(tx: Transaction<Schema>, { catalogue, context, project, computeId }: Removal) {
  const tokens = await tx
    .selectFrom('access_tokens')
    .innerJoin('computes', 'computes.id', 'access_tokens.compute_id')
    .select(['access_tokens.id', 'access_tokens.name', 'compute_id'])
    .where('project_id', '=', project.id)
    .where((where) => (computeId === undefined ? where.lit(true) : where('compute_id', '=', computeId)))
    .orderBy('access_tokens.id')
    .execute();
  const keys = computeId === undefined ? await keysOf(tx, project.id) : [];
  const place = { accountId: project.accountId, projectId: project.id };
  const lost = [
    ...tokens.map((token) => ({ computeId: token.compute_id, subject: accessTokenSubject(token) })),
    ...keys.map(({ id, name }) => ({ subject: `API key ${id} ${quoted(name)}` })),
  ];
  const reason = computeId === undefined ? 'its project was removed' : 'its compute was removed';
  await recordAuditEvents(
    tx,
    lost.map((what) => changeEvent(catalogue, context, { event: 'secret.revoked', ...place, ...what, reason })),
  );
}

async function keysOf(tx: Transaction<Schema>, projectId: ProjectId) {
  return await tx
    .selectFrom('api_keys')
    .select(['id', 'name'])
    .where('project_id', '=', projectId)
    .orderBy('id')
    .execute();
}
