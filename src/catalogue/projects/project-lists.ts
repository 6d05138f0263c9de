// Pages of projects: those of an account, and those shared with a person. Newest first, so that an
// index finds each page however many projects there are.

import { type SelectQueryBuilder, sql } from 'kysely';
import type { AccountId, ProjectId } from '../../ids.ts';
import type { PersonActor } from '../rights/actors.ts';
import { unmetDemands } from '../rights/counting-relations.ts';
import { accountResource, INSTALLATION, may, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodeCursor, escapeLike, type Page, type PageRequest, pageOf } from '../store/keyset-pages.ts';
import type { Schema } from '../store/schema.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type Project, projectFrom } from './projects.ts';

export interface ProjectsRequest extends PageRequest {
  /** Part of the name or id, in any case. */
  readonly search?: string | null;
  /** Only these, as far as the list contains them. */
  readonly ids?: readonly ProjectId[];
}

/** The account's projects; a project key sees only its own. */
export async function listProjects(
  catalogue: Catalogue,
  context: AuditContext,
  request: ProjectsRequest & { readonly accountId: AccountId },
): Promise<Page<Project>> {
  const { actor } = context;
  requireMay(actor, 'projects.list', accountResource(request.accountId));
  const ofAccount = catalogue.db.selectFrom('projects').selectAll().where('account_id', '=', request.accountId);
  const visible = actor.kind === 'project_key' ? ofAccount.where('id', '=', actor.projectId) : ofAccount;
  return projectPage(visible, { ...request, list: `projects ${request.accountId}` });
}

/** Projects of other accounts that are shared with the person. */
export async function listSharedProjects(catalogue: Catalogue, context: AuditContext, request: ProjectsRequest) {
  const { actor } = context;
  requireMay(actor, 'self.list_shared_projects', INSTALLATION);
  const list = actor.kind === 'person' ? `shared ${actor.userId}` : 'shared';
  const shared = actor.kind === 'person' ? isSharedWith(actor) : sql<boolean>`false`;
  return projectPage(catalogue.db.selectFrom('projects').selectAll().where(shared), { ...request, list });
}

/** And the account's demand for a second factor is met. */
function isSharedWith(person: PersonActor) {
  const unmet = [...unmetDemands(person).keys()];
  return sql<boolean>`(projects.id in (select project_id from project_shares where user_id = ${person.userId})
    and projects.account_id <> all(${unmet}::text[]))`;
}

/** Of the accounts that the person may list, and shared with the person; newest first. */
export async function searchProjects(
  { db }: Catalogue,
  { actor }: { readonly actor: PersonActor },
  request: { readonly accountIds: readonly AccountId[]; readonly search: string; readonly limit: number },
): Promise<Project[]> {
  const accountIds = request.accountIds.filter((id) => may(actor, 'projects.list', accountResource(id)));
  const pattern = `%${escapeLike(request.search)}%`;
  const rows = await db
    .selectFrom('projects')
    .selectAll()
    .where((where) => where.or([where('account_id', 'in', accountIds), isSharedWith(actor)]))
    .where(sql<boolean>`(projects.name ilike ${pattern} or projects.id ilike ${pattern})`)
    .orderBy('projects.created_at', 'desc')
    .orderBy('projects.id', 'desc')
    .limit(request.limit)
    .execute();
  return rows.map(projectFrom);
}

type NamedRequest = ProjectsRequest & { readonly list: string };
type ProjectsQuery = SelectQueryBuilder<Schema, 'projects', Parameters<typeof projectFrom>[0]>;

/** Exported for a test that checks the query plan. */
export function projectPageQuery(projects: ProjectsQuery, request: NamedRequest): ProjectsQuery {
  const after = decodeCursor(request.list, request.cursor);
  const search = request.search?.trim() ?? '';
  const pattern = `%${escapeLike(search)}%`;
  const ids = request.ids === undefined ? undefined : [...request.ids];
  return projects
    .$if(ids !== undefined, (query) => query.where(sql<boolean>`projects.id = any(${ids}::text[])`))
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(projects.created_at, projects.id) < (${after?.at}, ${after?.id})`),
    )
    .$if(search !== '', (query) =>
      query.where(sql<boolean>`(projects.name ilike ${pattern} or projects.id ilike ${pattern})`),
    )
    .orderBy('projects.created_at', 'desc')
    .orderBy('projects.id', 'desc')
    .limit(request.limit);
}

async function projectPage(projects: ProjectsQuery, request: NamedRequest): Promise<Page<Project>> {
  const rows = await projectPageQuery(projects, request).execute();
  const page = { list: request.list, items: rows.map(projectFrom), limit: request.limit };
  return pageOf(page, (project) => ({ at: project.createdAt, id: project.id }));
}

/** Projects whose computes were never used are absent. Does not check permissions. */
export async function readLastActivity({ db }: Catalogue, projectIds: readonly ProjectId[]) {
  if (projectIds.length === 0) return new Map<ProjectId, Date>();
  const rows = await db
    .selectFrom('computes')
    .select(({ fn }) => ['project_id', fn.max('last_active_at').as('last_active_at')])
    .where('project_id', 'in', projectIds)
    .groupBy('project_id')
    .execute();
  return new Map<ProjectId, Date>(
    rows.flatMap((row) => (row.last_active_at === null ? [] : [[row.project_id, row.last_active_at]])),
  );
}
