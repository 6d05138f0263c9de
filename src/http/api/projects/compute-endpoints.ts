// Computes of a project, which Neon calls endpoints.

import { z } from 'zod';
import {
  addHostedCompute,
  changeCompute,
  removeCompute,
  startCompute,
  suspendCompute,
} from '../../../actions/computes/change-compute.ts';
import type { Compute } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute, listComputes } from '../../../catalogue/projects/computes.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { publicPgPort } from '../../../config/public-address.ts';
import type { BranchId, ComputeId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { connectionHost, hostAndPort } from '../call/connection-address.ts';
import { idField, namedIdField, projectParams, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { branchParams, visibleBranch } from './branch-endpoints.ts';
import { changesFrom, computeSettings } from './compute-settings-shape.ts';
import { operationOnWire, operationShape } from './operation-endpoints.ts';
import { PROVISIONER } from './project-shape.ts';

const computeTypeField = z.enum(['read_write', 'read_only']);
const computeParams = projectParams.extend({ endpoint_id: idField<ComputeId>() });

// Neon API 2.7.3: Endpoint
export const computeShape = z
  .object({
    id: namedIdField,
    name: z.string().optional(),
    project_id: namedIdField,
    branch_id: namedIdField,
    region_id: z.string(),
    host: z.string(),
    proxy_host: z.string(),
    port: z.int().meta({ description: 'Postern only: where `proxy_host` listens.' }),
    type: computeTypeField,
    current_state: z.enum(['init', 'active', 'idle']),
    settings: z.object({}),
    pooler_enabled: z.boolean(),
    pooler_mode: z.literal('transaction'),
    disabled: z.boolean(),
    passwordless_access: z.boolean(),
    autoscaling_limit_min_cu: z.number(),
    autoscaling_limit_max_cu: z.number(),
    suspend_timeout_seconds: z.int(),
    provisioner: z.string(),
    creation_source: z.string(),
    last_active: timeField.optional(),
    started_at: timeField.optional(),
    suspended_at: timeField.optional(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Endpoint' });

export function computeOnWire(call: ApiCall, compute: Compute): z.input<typeof computeShape> {
  return onWire(computeShape, {
    ...compute,
    // NOTE: not the compute's own host, which only Postern may dial. With the port where clients
    // must be told it: neonctl makes its URIs of this alone.
    host: hostAndPort(call),
    proxyHost: connectionHost(call),
    port: publicPgPort(call.config),
    currentState: compute.state,
    settings: {},
    poolerEnabled: false,
    poolerMode: 'transaction',
    disabled: compute.isDisabled,
    autoscalingLimitMinCu: compute.autoscalingMinCu,
    autoscalingLimitMaxCu: compute.autoscalingMaxCu,
    provisioner: PROVISIONER,
    creationSource: compute.hostId === null ? 'attached' : 'hosted',
    lastActive: compute.lastActiveAt,
  });
}

const changedCompute = z.object({ endpoint: computeShape, operations: z.array(operationShape) });

export const COMPUTE_ROUTES = tagged('Endpoints', [
  apiRoute('get', '/projects/{project_id}/endpoints', {
    operationId: 'listProjectEndpoints',
    summary: 'Computes of a project',
    params: projectParams,
    reply: z.object({ endpoints: z.array(computeShape) }),
    perform: async (call, { params }) => {
      await getProject(call.catalogue, call.context, { projectId: params.project_id });
      const computes = await listComputes(call.catalogue, params.project_id);
      return { endpoints: computes.map((compute) => computeOnWire(call, compute)) };
    },
  }),
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/endpoints', {
    operationId: 'listProjectBranchEndpoints',
    summary: 'Computes of a branch',
    params: branchParams,
    reply: z.object({ endpoints: z.array(computeShape) }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      const computes = await listComputes(call.catalogue, params.project_id);
      const ofBranch = computes.filter((compute) => compute.branchId === branch.id);
      return { endpoints: ofBranch.map((compute) => computeOnWire(call, compute)) };
    },
  }),
  apiRoute('get', '/projects/{project_id}/endpoints/{endpoint_id}', {
    operationId: 'getProjectEndpoint',
    summary: 'A compute',
    params: computeParams,
    reply: z.object({ endpoint: computeShape }),
    perform: async (call, { params }) => {
      const { compute } = await getCompute(call.catalogue, call.context, computeOf(params));
      return { endpoint: computeOnWire(call, compute) };
    },
  }),
  apiRoute('post', '/projects/{project_id}/endpoints', {
    operationId: 'createProjectEndpoint',
    summary: 'Adds a read-only compute to a hosted project',
    params: projectParams,
    body: z.object({ endpoint: computeSettings.extend({ branch_id: idField<BranchId>(), type: computeTypeField }) }),
    status: 201,
    reply: changedCompute,
    perform: async (call, { params, body }) => {
      const place = { projectId: params.project_id, branchId: body.endpoint.branch_id };
      const input = { ...place, type: body.endpoint.type, ...changesFrom(body.endpoint) };
      const compute = await addHostedCompute(call, call.context, input);
      return { endpoint: computeOnWire(call, compute), operations: [operationOnWire(compute.operation)] };
    },
  }),
  apiRoute('patch', '/projects/{project_id}/endpoints/{endpoint_id}', {
    operationId: 'updateProjectEndpoint',
    summary: 'Changes a compute and ends what it no longer allows; disabling suspends it',
    params: computeParams,
    body: z.object({ endpoint: computeSettings }),
    reply: changedCompute,
    perform: async (call, { params, body }) => {
      const changes = changesFrom(body.endpoint);
      const compute = await changeCompute(call, call.context, { ...computeOf(params), changes });
      return { endpoint: computeOnWire(call, compute), operations: compute.operations.map(operationOnWire) };
    },
  }),
  apiRoute('delete', '/projects/{project_id}/endpoints/{endpoint_id}', {
    operationId: 'deleteProjectEndpoint',
    summary: 'Removes a compute, with its grants, access tokens and live connections',
    params: computeParams,
    reply: changedCompute,
    perform: async (call, { params }) => {
      const compute = await removeCompute(call, call.context, computeOf(params));
      return { endpoint: computeOnWire(call, compute), operations: [] };
    },
  }),
  powerRoute('start', 'Wakes a compute', [startCompute]),
  powerRoute('suspend', 'Suspends a compute: its connections end, the next login wakes it', [suspendCompute]),
  powerRoute('restart', 'Suspends a compute and wakes it again', [suspendCompute, startCompute]),
]);

/** Clients send these without a body, under any content type. */
function powerRoute(verb: string, summary: string, steps: ReadonlyArray<typeof startCompute | typeof suspendCompute>) {
  return apiRoute('post', `/projects/{project_id}/endpoints/{endpoint_id}/${verb}`, {
    operationId: `${verb}ProjectEndpoint`,
    summary,
    params: computeParams,
    reply: changedCompute,
    perform: async (call, { params }) => {
      const computes: Array<Awaited<ReturnType<typeof startCompute>>> = [];
      for (const step of steps) computes.push(await step(call, call.context, computeOf(params)));
      const last = computes.at(-1);
      if (last === undefined) throw new Error(`${verb} did nothing`);
      const operations = computes.map(({ operation }) => operationOnWire(operation));
      return { endpoint: computeOnWire(call, last), operations };
    },
  });
}

function computeOf(params: z.output<typeof computeParams>) {
  return { projectId: params.project_id, computeId: params.endpoint_id };
}
