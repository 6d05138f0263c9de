// Lists the projects of an account, and those shared with the person.

import type { ProjectRow } from '../../../../web/components/console/tables/project-table.tsx';
import { ProjectsPage } from '../../../../web/pages/console/projects/projects-page.tsx';
import { SharedPage } from '../../../../web/pages/console/projects/shared-page.tsx';
import { countProjects, findAccountNames } from '../../../catalogue/accounts/accounts.ts';
import { listOwnInvitations } from '../../../catalogue/accounts/own-invitations.ts';
import { listComputesOfProjects } from '../../../catalogue/projects/compute-rows.ts';
import { listProjects, listSharedProjects } from '../../../catalogue/projects/project-lists.ts';
import type { Project } from '../../../catalogue/projects/projects.ts';
import { accountResource, may, notFound } from '../../../catalogue/rights/permissions.ts';
import type { Page } from '../../../catalogue/store/keyset-pages.ts';
import { psqlCommand } from '../../../config/public-address.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type AccountCall, type Again, queryText } from '../shell/console-call.ts';
import { accountView, belowTabView } from '../shell/open-console-view.ts';

const PROJECTS_PER_PAGE = 25;
const SHARED_SHOWN = 10;

export async function showProjects(call: AccountCall): Promise<void> {
  const { parts, request, response, context, account, base, person, now } = call;
  const search = queryText(call, 'search').trim();
  const page = await listProjects(parts.catalogue, context, { accountId: account.id, ...pageWish(call, search) });
  parts.renderer.send(request, response, ProjectsPage, {
    view: accountView(call, 'projects', welcomeNotice(call) ?? (await invitedNotice(call))),
    base,
    projects: await projectRows(call, page.items),
    shared: await sharedGroup(call, search),
    total: await countProjects(parts.catalogue.db, account.id),
    search,
    nextPath: nextPathOf(`${base}/projects`, search, page),
    psqlCommand: psqlCommand(parts.config, parts.address),
    mayCreate: may(person, 'projects.create', accountResource(account.id)),
    now,
  });
}

/** After an invitation was accepted. */
function welcomeNotice(call: AccountCall): Again | undefined {
  if (queryText(call, 'welcome') !== 'yes') return undefined;
  const title = `Welcome to ${cleanForPage(call.account.name)}`;
  return { notice: { tone: 'good', title, text: 'You can connect to any of these projects.' }, typed: {} };
}

/** What others share with the person is a group in the personal account. */
async function sharedGroup(call: AccountCall, search: string) {
  const { parts, context, account, base } = call;
  if (account.kind !== 'personal' || queryText(call, 'cursor') !== '') return null;
  const page = await listSharedProjects(parts.catalogue, context, { search, limit: SHARED_SHOWN });
  if (page.items.length === 0) return null;
  const moreQuery = search === '' ? '' : `?${new URLSearchParams({ search })}`;
  return {
    projects: await sharedRows(call, page.items),
    morePath: page.cursor === null ? null : `${base}/shared${moreQuery}`,
  };
}

/** Invitations wait silently otherwise, where no mail is sent. */
async function invitedNotice({ parts, context, account, request }: AccountCall): Promise<Again | undefined> {
  if (account.kind !== 'personal' || request.query.done !== undefined) return undefined;
  const waiting = await listOwnInvitations(parts.catalogue, context);
  if (waiting.length === 0) return undefined;
  const title = waiting.length === 1 ? 'An invitation is waiting for you' : 'Invitations are waiting for you';
  return { notice: { tone: 'good', title, text: 'Accept or decline under My invitations.' }, typed: {} };
}

/** Throws `not_found` for an organization: guests see shared projects in their own account. */
export async function showShared(call: AccountCall): Promise<void> {
  const { parts, request, response, context, account, base, now } = call;
  if (account.kind !== 'personal') throw notFound(accountResource(account.id));
  const search = queryText(call, 'search').trim();
  const page = await listSharedProjects(parts.catalogue, context, pageWish(call, search));
  parts.renderer.send(request, response, SharedPage, {
    view: belowTabView(call, ['projects', 'Shared with me']),
    base,
    projects: await sharedRows(call, page.items),
    search,
    nextPath: nextPathOf(`${base}/shared`, search, page),
    now,
  });
}

function pageWish(call: AccountCall, search: string) {
  return { search, cursor: queryText(call, 'cursor'), limit: PROJECTS_PER_PAGE };
}

function nextPathOf(path: string, search: string, { cursor }: Page<Project>): string | null {
  if (cursor === null) return null;
  return `${path}?${new URLSearchParams({ ...(search === '' ? {} : { search }), cursor })}`;
}

async function projectRows({ parts, base }: AccountCall, projects: readonly Project[]): Promise<ProjectRow[]> {
  const ids = projects.map(({ id }) => id);
  const computes = await listComputesOfProjects(parts.catalogue.db, ids);
  return projects.map((project) => ({
    id: project.id,
    name: cleanForPage(project.name),
    label: project.label,
    href: `${base}/projects/${project.id}`,
    pgVersion: project.pgVersion,
    kind: project.creationSource,
    computeStates: (computes.get(project.id) ?? []).map((compute) => compute.state),
    createdAt: project.createdAt,
  }));
}

/** With whose they are. */
async function sharedRows(call: AccountCall, projects: readonly Project[]): Promise<ProjectRow[]> {
  const accountIds = projects.map(({ accountId }) => accountId);
  const [rows, names] = await Promise.all([
    projectRows(call, projects),
    findAccountNames(call.parts.catalogue.db, accountIds),
  ]);
  const owners = new Map(projects.map(({ id, accountId }) => [id as string, names.get(accountId)]));
  return rows.map((row) => ({ ...row, from: cleanForPage(owners.get(row.id) ?? 'somebody') }));
}
