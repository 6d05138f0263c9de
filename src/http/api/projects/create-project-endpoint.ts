// Creates a hosted project and answers with everything that a client needs to connect.

import { z } from 'zod';
import {
  createProjectAndShowPassword,
  type HostedProject,
  type HostedProjectInput,
} from '../../../actions/projects/change-project.ts';
import { getBranch } from '../../../catalogue/projects/branches.ts';
import { type ApiCall, accountOfCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { connectionDetails, connectionDetailsShape } from '../call/connection-address.ts';
import { nameField } from '../call/field-shapes.ts';
import { branchOnWire, branchShape } from './branch-endpoints.ts';
import { computeOnWire, computeShape } from './compute-endpoints.ts';
import { databaseOnWire, databaseShape } from './database-endpoints.ts';
import { operationOnWire, operationShape } from './operation-endpoints.ts';
import {
  computeUnitField,
  defaultEndpointSettingsShape,
  projectSettingsShape,
  requireOfferedSettings,
  retentionField,
} from './project-settings-shape.ts';
import { projectOnWire, projectShape } from './project-shape.ts';
import { listedRoles, roleOnWire, roleShape } from './role-endpoints.ts';

// Neon API 2.7.3: ProjectCreateRequest
const newProjectBody = z.object({
  project: z.object({
    name: nameField.optional(),
    org_id: z.string().optional(),
    region_id: z.string().optional(),
    pg_version: z.int().optional(),
    branch: z
      .object({
        name: nameField.optional(),
        role_name: z.string().optional(),
        database_name: z.string().optional(),
      })
      .optional(),
    settings: projectSettingsShape.optional(),
    default_endpoint_settings: defaultEndpointSettingsShape.optional(),
    autoscaling_limit_min_cu: computeUnitField.optional(),
    autoscaling_limit_max_cu: computeUnitField.optional(),
    store_passwords: z.boolean().optional(),
    history_retention_seconds: retentionField.optional(),
  }),
});

const createdProject = z.object({
  project: projectShape,
  connection_uris: z.array(connectionDetailsShape),
  roles: z.array(roleShape),
  databases: z.array(databaseShape),
  operations: z.array(operationShape),
  branch: branchShape,
  endpoints: z.array(computeShape),
});

export const CREATE_PROJECT_ROUTES = tagged('Projects', [
  apiRoute('post', '/projects', {
    operationId: 'createProject',
    summary: "Makes a project in the named organization, or in the caller's own account",
    body: newProjectBody,
    status: 201,
    reply: createdProject,
    perform: async (call, { body }) => {
      requireOfferedSettings(body.project);
      return createdOnWire(call, await createProjectAndShowPassword(call, call.context, inputFrom(call, body.project)));
    },
  }),
]);

function inputFrom(call: ApiCall, given: z.output<typeof newProjectBody>['project']): HostedProjectInput {
  const sizes = given.default_endpoint_settings;
  return {
    accountId: accountOfCall(call, given.org_id),
    name: given.name,
    pgVersion: given.pg_version,
    regionId: given.region_id,
    branchName: given.branch?.name,
    roleName: given.branch?.role_name,
    databaseName: given.branch?.database_name,
    settings: given.settings,
    defaultEndpointSettings: sizes,
    autoscalingMinCu: sizes?.autoscaling_limit_min_cu ?? given.autoscaling_limit_min_cu,
    autoscalingMaxCu: sizes?.autoscaling_limit_max_cu ?? given.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: sizes?.suspend_timeout_seconds,
    storePasswords: given.store_passwords,
    historyRetentionSeconds: given.history_retention_seconds,
  };
}

async function createdOnWire(call: ApiCall, made: HostedProject): Promise<z.input<typeof createdProject>> {
  const { project, branchId, compute, databases, roles, password } = made;
  const branch = await getBranch(call.catalogue.db, { projectId: project.id, branchId });
  const shown = listedRoles(roles);
  return {
    project: await projectOnWire(call, project),
    connection_uris: databases.map((database) =>
      connectionDetails(call, {
        databaseName: database.name,
        roleName: database.ownerName,
        password,
        computeId: compute.id,
      }),
    ),
    // The project has one role so far; this answer contains its password.
    roles: shown.map((role) => roleOnWire(role, password)),
    databases: databases.map(databaseOnWire),
    operations: made.operations.map(operationOnWire),
    branch: await branchOnWire(call, branch),
    endpoints: [computeOnWire(call, compute)],
  };
}
