// Computes of a project, which Neon calls endpoints.

import { z } from 'zod';
import { addHostedCompute } from '../../../actions/computes/add-compute.ts';
import { changeCompute } from '../../../actions/computes/change-compute.ts';
import { removeCompute } from '../../../actions/computes/remove-compute.ts';
import { getCompute, listComputes } from '../../../catalogue/projects/computes.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import type { BranchId } from '../../../ids.ts';
import { apiRoute } from '../call/api-route.ts';
import { idField, projectParams } from '../call/field-shapes.ts';
import { branchParams } from '../shapes/branch-shape.ts';
import { computeOnWire, computeParams, computeShape, computeTypeField } from '../shapes/compute-shape.ts';
import { operationOnWire, operationShape } from '../shapes/operation-shape.ts';
import { computeUnitField, suspendTimeoutField } from '../shapes/project-settings-shape.ts';
import { visibleBranch } from './branch-endpoints.ts';

// Neon API 2.7.3: EndpointCreateRequest, EndpointUpdateRequest
const computeSettings = {
  name: z.string().min(1).max(64).optional(),
  autoscaling_limit_min_cu: computeUnitField.optional(),
  autoscaling_limit_max_cu: computeUnitField.optional(),
  suspend_timeout_seconds: suspendTimeoutField.optional(),
  disabled: z.boolean().optional(),
  passwordless_access: z.boolean().optional(),
};
type ComputeSettings = z.output<z.ZodObject<typeof computeSettings>>;

export const changedCompute = z.object({ endpoint: computeShape, operations: z.array(operationShape) });

export const listComputesRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/endpoints',
  operationId: 'listProjectEndpoints',
  summary: 'Computes of a project',
  tag: 'Endpoints',
  params: projectParams,
  status: 200,
  reply: z.object({ endpoints: z.array(computeShape) }),
  perform: async (call, { params }) => {
    await getProject(call.catalogue, call.context, { projectId: params.project_id });
    const computes = await listComputes(call.catalogue, params.project_id);
    return { endpoints: computes.map((compute) => computeOnWire(call, compute)) };
  },
});

export const listComputesOfBranchRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/endpoints',
  operationId: 'listProjectBranchEndpoints',
  summary: 'Computes of a branch',
  tag: 'Endpoints',
  params: branchParams,
  status: 200,
  reply: z.object({ endpoints: z.array(computeShape) }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    const computes = await listComputes(call.catalogue, params.project_id);
    const ofBranch = computes.filter((compute) => compute.branchId === branch.id);
    return { endpoints: ofBranch.map((compute) => computeOnWire(call, compute)) };
  },
});

export const getComputeRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/endpoints/{endpoint_id}',
  operationId: 'getProjectEndpoint',
  summary: 'A compute',
  tag: 'Endpoints',
  params: computeParams,
  status: 200,
  reply: z.object({ endpoint: computeShape }),
  perform: async (call, { params }) => {
    const which = { projectId: params.project_id, computeId: params.endpoint_id };
    const { compute } = await getCompute(call.catalogue, call.context, which);
    return { endpoint: computeOnWire(call, compute) };
  },
});

export const createComputeRoute = apiRoute({
  method: 'post',
  path: '/projects/{project_id}/endpoints',
  operationId: 'createProjectEndpoint',
  summary: 'Adds a read-only compute to a hosted project',
  tag: 'Endpoints',
  params: projectParams,
  body: z.object({
    endpoint: z.object({ branch_id: idField<BranchId>(), type: computeTypeField, ...computeSettings }),
  }),
  status: 201,
  reply: changedCompute,
  perform: async (call, { params, body }) => {
    const place = { projectId: params.project_id, branchId: body.endpoint.branch_id };
    const input = { ...place, type: body.endpoint.type, ...settingsFrom(body.endpoint) };
    const { result, operation } = await addHostedCompute(call, call.context, input);
    return { endpoint: computeOnWire(call, result), operations: [operationOnWire(operation)] };
  },
});

export const changeComputeRoute = apiRoute({
  method: 'patch',
  path: '/projects/{project_id}/endpoints/{endpoint_id}',
  operationId: 'updateProjectEndpoint',
  summary: 'Changes a compute; what it no longer allows is ended',
  tag: 'Endpoints',
  params: computeParams,
  body: z.object({ endpoint: z.object(computeSettings) }),
  status: 200,
  reply: changedCompute,
  perform: async (call, { params, body }) => {
    const which = { projectId: params.project_id, computeId: params.endpoint_id };
    const change = { ...which, changes: settingsFrom(body.endpoint) };
    const compute = await changeCompute(call, call.context, change);
    return { endpoint: computeOnWire(call, compute), operations: [] };
  },
});

export const deleteComputeRoute = apiRoute({
  method: 'delete',
  path: '/projects/{project_id}/endpoints/{endpoint_id}',
  operationId: 'deleteProjectEndpoint',
  summary: 'Removes a compute, with its grants, access tokens and live connections',
  tag: 'Endpoints',
  params: computeParams,
  status: 200,
  reply: changedCompute,
  perform: async (call, { params }) => {
    const which = { projectId: params.project_id, computeId: params.endpoint_id };
    const compute = await removeCompute(call, call.context, which);
    return { endpoint: computeOnWire(call, compute), operations: [] };
  },
});

function settingsFrom(given: ComputeSettings) {
  return {
    name: given.name,
    autoscalingMinCu: given.autoscaling_limit_min_cu,
    autoscalingMaxCu: given.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: given.suspend_timeout_seconds,
    isDisabled: given.disabled,
    passwordlessAccess: given.passwordless_access,
  };
}
