// Lists the projects of an account, and those shared with the person.

import type { ProjectRow } from '../../../../web/components/console/tables/project-table.tsx';
import { ProjectsPage } from '../../../../web/pages/console/projects/projects-page.tsx';
import { SharedPage } from '../../../../web/pages/console/projects/shared-page.tsx';
import { listComputesOfProjects } from '../../../catalogue/projects/compute-rows.ts';
import { listProjects, listSharedProjects } from '../../../catalogue/projects/project-lists.ts';
import type { Project } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, notFound } from '../../../catalogue/rights/permissions.ts';
import type { Page } from '../../../catalogue/store/keyset-pages.ts';
import { psqlCommand } from '../../../config/public-address.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { accountView } from '../shell/open-console-view.ts';
import { type AccountVisit, queryText } from '../shell/visit.ts';

const PROJECTS_PER_PAGE = 25;

export async function showProjects(visit: AccountVisit): Promise<void> {
  const { parts, request, response, context, account, base, person, now } = visit;
  const search = queryText(visit, 'search').trim();
  const page = await listProjects(parts.catalogue, context, { accountId: account.id, ...pageWish(visit, search) });
  parts.renderer.send(request, response, ProjectsPage, {
    view: accountView(visit, 'projects'),
    base,
    projects: await projectRows(visit, page.items),
    search,
    nextPath: nextPathOf(`${base}/projects`, search, page),
    psqlCommand: psqlCommand(parts.config, parts.address),
    mayCreate: may(person, 'projects.create', accountResource(account.id)),
    now,
  });
}

/**
 * Throws `not_found` for an organization: guests find shared projects in their personal account.
 */
export async function showShared(visit: AccountVisit): Promise<void> {
  const { parts, request, response, context, account, base, now } = visit;
  if (account.kind !== 'personal') throw notFound(accountResource(account.id));
  const search = queryText(visit, 'search').trim();
  const page = await listSharedProjects(parts.catalogue, context, pageWish(visit, search));
  parts.renderer.send(request, response, SharedPage, {
    view: accountView(visit, 'shared'),
    base,
    projects: await projectRows(visit, page.items),
    search,
    nextPath: nextPathOf(`${base}/shared`, search, page),
    now,
  });
}

function pageWish(visit: AccountVisit, search: string) {
  return { search, cursor: queryText(visit, 'cursor'), limit: PROJECTS_PER_PAGE };
}

function nextPathOf(path: string, search: string, { cursor }: Page<Project>): string | null {
  if (cursor === null) return null;
  return `${path}?${new URLSearchParams({ ...(search === '' ? {} : { search }), cursor })}`;
}

async function projectRows({ parts, base }: AccountVisit, projects: readonly Project[]): Promise<ProjectRow[]> {
  const ids = projects.map(({ id }) => id);
  const computes = await listComputesOfProjects(parts.catalogue.db, ids);
  return projects.map((project) => ({
    id: project.id,
    name: cleanForPage(project.name),
    href: `${base}/projects/${project.id}`,
    pgVersion: project.pgVersion,
    kind: project.creationSource,
    computeStates: (computes.get(project.id) ?? []).map((compute) => compute.state),
    createdAt: project.createdAt,
  }));
}
