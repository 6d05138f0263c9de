// Starts, suspends and restarts computes. Clients send these without a body, under any content
// type.

import { startCompute, suspendCompute } from '../../../actions/computes/start-and-suspend-compute.ts';
import type { Performed } from '../../../actions/performed.ts';
import type { Compute } from '../../../catalogue/projects/compute-rows.ts';
import type { ComputeId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { type ApiRoute, apiRoute } from '../call/api-route.ts';
import { computeOnWire, computeParams } from '../shapes/compute-shape.ts';
import { operationOnWire } from '../shapes/operation-shape.ts';
import { changedCompute } from './compute-endpoints.ts';

interface ComputePlace {
  readonly projectId: ProjectId;
  readonly computeId: ComputeId;
}

export const startComputeRoute = powerRoute({
  verb: 'start',
  summary: 'Wakes a compute',
  perform: async (call, place) => [await startCompute(call, call.context, place)],
});

export const suspendComputeRoute = powerRoute({
  verb: 'suspend',
  summary: 'Suspends a compute: idle connections end, the next login wakes it',
  perform: async (call, place) => [await suspendCompute(call, call.context, place)],
});

export const restartComputeRoute = powerRoute({
  verb: 'restart',
  summary: 'Suspends a compute and wakes it again',
  perform: async (call, place) => [
    await suspendCompute(call, call.context, place),
    await startCompute(call, call.context, place),
  ],
});

function powerRoute(power: {
  readonly verb: 'start' | 'suspend' | 'restart';
  readonly summary: string;
  readonly perform: (call: ApiCall, place: ComputePlace) => Promise<Array<Performed<Compute>>>;
}): ApiRoute {
  const { verb, summary, perform } = power;
  return apiRoute({
    method: 'post',
    path: `/projects/{project_id}/endpoints/{endpoint_id}/${verb}`,
    operationId: `${verb}ProjectEndpoint`,
    summary,
    tag: 'Endpoints',
    params: computeParams,
    status: 200,
    reply: changedCompute,
    perform: async (call, { params }) => {
      const performed = await perform(call, { projectId: params.project_id, computeId: params.endpoint_id });
      const last = performed.at(-1);
      if (last === undefined) throw new Error(`${verb} did nothing`);
      const operations = performed.map(({ operation }) => operationOnWire(operation));
      return { endpoint: computeOnWire(call, last.result), operations };
    },
  });
}
