// One project: read, changed, deleted.

import { z } from 'zod';
import { changeProject } from '../../../actions/projects/change-project.ts';
import { deleteProject } from '../../../actions/projects/delete-project.ts';
import { getProject, type ProjectChanges } from '../../../catalogue/projects/projects.ts';
import { apiRoute } from '../call/api-route.ts';
import { nameField, projectParams } from '../call/field-shapes.ts';
import { operationShape } from '../shapes/operation-shape.ts';
import {
  defaultEndpointSettingsShape,
  projectSettingsShape,
  requireOfferedSettings,
} from '../shapes/project-settings-shape.ts';
import { projectOnWire, projectShape } from '../shapes/project-shape.ts';

// Neon API 2.7.3: ProjectUpdateRequest
const MAX_RETENTION_SECONDS = 2_592_000;
export const retentionField = z.int().min(0).max(MAX_RETENTION_SECONDS);

const changesBody = z.object({
  project: z.object({
    name: nameField.optional(),
    settings: projectSettingsShape.optional(),
    default_endpoint_settings: defaultEndpointSettingsShape.optional(),
    history_retention_seconds: retentionField.optional(),
  }),
});

export const getProjectRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}',
  operationId: 'getProject',
  summary: 'A project',
  tag: 'Projects',
  params: projectParams,
  status: 200,
  reply: z.object({ project: projectShape }),
  perform: async (call, { params }) => {
    const project = await getProject(call.catalogue, call.context, { projectId: params.project_id });
    return { project: await projectOnWire(call, project) };
  },
});

export const changeProjectRoute = apiRoute({
  method: 'patch',
  path: '/projects/{project_id}',
  operationId: 'updateProject',
  summary: 'Renames a project or changes its settings',
  tag: 'Projects',
  params: projectParams,
  body: changesBody,
  status: 200,
  reply: z.object({ project: projectShape, operations: z.array(operationShape) }),
  perform: async (call, { params, body }) => {
    requireOfferedSettings(body.project.settings);
    const changed = await changeProject(call, call.context, {
      projectId: params.project_id,
      changes: changesFrom(body.project),
    });
    // Nothing changes on the Postgres behind it, hence no operation.
    return { project: await projectOnWire(call, changed), operations: [] };
  },
});

export const deleteProjectRoute = apiRoute({
  method: 'delete',
  path: '/projects/{project_id}',
  operationId: 'deleteProject',
  summary: 'Deletes a project for good, with its databases and roles where Postern hosts it',
  tag: 'Projects',
  params: projectParams,
  status: 200,
  reply: z.object({ project: projectShape }),
  perform: async (call, { params }) => {
    const { project_id: projectId } = params;
    const project = await getProject(call.catalogue, call.context, { projectId, action: 'project.delete' });
    const lastSeen = await projectOnWire(call, project);
    await deleteProject(call, call.context, projectId);
    return { project: lastSeen };
  },
});

function changesFrom(given: z.output<typeof changesBody>['project']): ProjectChanges {
  return {
    name: given.name,
    settings: given.settings,
    defaultEndpointSettings: given.default_endpoint_settings,
    historyRetentionSeconds: given.history_retention_seconds,
  };
}
