// Lists of projects: those of an account, and those that are shared with the caller.

import { z } from 'zod';
import { findAccount } from '../../../catalogue/accounts/accounts.ts';
import { listProjects, listSharedProjects } from '../../../catalogue/projects/project-lists.ts';
import { accountOfCall } from '../call/account-of-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { paginationOf, paginationShape } from '../call/pages.ts';
import { cursorField, limitField, searchField, wholeNumberField } from '../call/query-fields.ts';
import { projectShape, projectsOnWire } from '../shapes/project-shape.ts';

const pageQuery = {
  cursor: cursorField,
  limit: limitField({ byDefault: 10, most: 400 }),
  search: searchField,
  timeout: wholeNumberField({ least: 100, most: 30_000 }).optional(),
};
const projectsPage = { projects: z.array(projectShape), pagination: paginationShape.optional() };

export const listProjectsRoute = apiRoute({
  method: 'get',
  path: '/projects',
  operationId: 'listProjects',
  summary: "Projects of the named organization, or of the caller's own account, newest first",
  tag: 'Projects',
  query: z.object({ ...pageQuery, org_id: z.string().optional(), recoverable: z.enum(['true', 'false']).optional() }),
  status: 200,
  reply: z.object({ ...projectsPage, applications: z.object({}), integrations: z.object({}) }),
  perform: async (call, { query }) => {
    const accountId = accountOfCall(call, query.org_id);
    const page = await listProjects(call.catalogue, call.context, { ...query, accountId });
    // Deleting is final, so nothing is recoverable.
    const isEmpty = query.recoverable === 'true';
    const account = await findAccount(call.catalogue.db, accountId);
    const organizationName = account?.kind === 'organization' ? account.name : undefined;
    return {
      projects: isEmpty ? [] : await projectsOnWire(call, page.items, { organizationName }),
      applications: {},
      integrations: {},
      ...paginationOf(isEmpty ? null : page.cursor),
    };
  },
});

export const listSharedProjectsRoute = apiRoute({
  method: 'get',
  path: '/projects/shared',
  operationId: 'listSharedProjects',
  summary: 'Projects of others that are shared with the caller, newest first',
  tag: 'Projects',
  query: z.object(pageQuery),
  status: 200,
  reply: z.object(projectsPage),
  perform: async (call, { query }) => {
    const page = await listSharedProjects(call.catalogue, call.context, query);
    return { projects: await projectsOnWire(call, page.items), ...paginationOf(page.cursor) };
  },
});
