// Projects: those of an account, those shared with the caller, and one to read, change or delete.

import { z } from 'zod';
import { changeProject, deleteProject } from '../../../actions/projects/change-project.ts';
import { findAccount } from '../../../catalogue/accounts/accounts.ts';
import { listProjects, listSharedProjects } from '../../../catalogue/projects/project-lists.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { accountOfCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { nameField, projectParams } from '../call/field-shapes.ts';
import {
  cursorField,
  limitField,
  paginationOf,
  paginationShape,
  searchField,
  wholeNumberField,
} from '../call/lists.ts';
import { operationShape } from './operation-endpoints.ts';
import {
  defaultEndpointSettingsShape,
  projectSettingsShape,
  requireOfferedSettings,
  retentionField,
} from './project-settings-shape.ts';
import { projectLabelField, projectOnWire, projectShape, projectsOnWire } from './project-shape.ts';

const pageQuery = {
  cursor: cursorField,
  limit: limitField({ byDefault: 10, most: 400 }),
  search: searchField,
  timeout: wholeNumberField({ least: 100, most: 30_000 }).optional(),
};
const projectsPage = { projects: z.array(projectShape), pagination: paginationShape.optional() };

export const PROJECT_ROUTES = tagged('Projects', [
  apiRoute('get', '/projects', {
    operationId: 'listProjects',
    summary: "Projects of the named organization, or of the caller's own account, newest first",
    query: z.object({ ...pageQuery, org_id: z.string().optional(), recoverable: z.enum(['true', 'false']).optional() }),
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
  }),
  apiRoute('get', '/projects/shared', {
    operationId: 'listSharedProjects',
    summary: 'Projects of others that are shared with the caller, newest first',
    query: z.object(pageQuery),
    reply: z.object(projectsPage),
    perform: async (call, { query }) => {
      const page = await listSharedProjects(call.catalogue, call.context, query);
      return { projects: await projectsOnWire(call, page.items), ...paginationOf(page.cursor) };
    },
  }),
  apiRoute('get', '/projects/{project_id}', {
    operationId: 'getProject',
    summary: 'A project',
    params: projectParams,
    reply: z.object({ project: projectShape }),
    perform: async (call, { params }) => {
      const project = await getProject(call.catalogue, call.context, { projectId: params.project_id });
      return { project: await projectOnWire(call, project) };
    },
  }),
  apiRoute('patch', '/projects/{project_id}', {
    operationId: 'updateProject',
    summary: 'Renames a project, labels it, or changes its settings',
    params: projectParams,
    body: z.object({
      project: z.object({
        name: nameField.optional(),
        settings: projectSettingsShape.optional(),
        default_endpoint_settings: defaultEndpointSettingsShape.optional(),
        history_retention_seconds: retentionField.optional(),
        label: projectLabelField.optional(),
      }),
    }),
    reply: z.object({ project: projectShape, operations: z.array(operationShape) }),
    perform: async (call, { params, body }) => {
      const { name, settings, label, ...further } = body.project;
      requireOfferedSettings(body.project);
      const changes = {
        ...{ name, settings, label, defaultEndpointSettings: further.default_endpoint_settings },
        historyRetentionSeconds: further.history_retention_seconds,
      };
      const changed = await changeProject(call, call.context, { projectId: params.project_id, changes });
      // Nothing changes on the Postgres behind it, hence no operation.
      return { project: await projectOnWire(call, changed), operations: [] };
    },
  }),
  apiRoute('delete', '/projects/{project_id}', {
    operationId: 'deleteProject',
    summary: 'Deletes a project for good, with its databases and roles where Postern hosts it',
    params: projectParams,
    reply: z.object({ project: projectShape }),
    perform: async (call, { params }) => {
      const { project_id: projectId } = params;
      const project = await getProject(call.catalogue, call.context, { projectId, action: 'project.delete' });
      const lastSeen = await projectOnWire(call, project);
      await deleteProject(call, call.context, projectId);
      return { project: lastSeen };
    },
  }),
]);
