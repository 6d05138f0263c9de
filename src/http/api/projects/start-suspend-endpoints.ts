// Starts, suspends and restarts computes. Clients send these without a body, under any content type.

import { suspendComputeFor } from '../../../actions/suspend-compute.ts';
import type { Compute } from '../../../catalogue/projects/compute-rows.ts';
import type { Operation } from '../../../catalogue/projects/operations.ts';
import { performOperation } from '../../../catalogue/projects/perform-operation.ts';
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

interface Performed {
  readonly result: Compute;
  readonly operation: Operation;
}

export const startComputeRoute = powerRoute({
  verb: 'start',
  summary: 'Wakes a compute',
  perform: async (call, place) => [await start(call, place)],
});

export const suspendComputeRoute = powerRoute({
  verb: 'suspend',
  summary: 'Suspends a compute: idle connections end, the next login wakes it',
  perform: async (call, place) => [await suspend(call, place)],
});

export const restartComputeRoute = powerRoute({
  verb: 'restart',
  summary: 'Suspends a compute and wakes it again',
  perform: async (call, place) => [await suspend(call, place), await start(call, place)],
});

function powerRoute(power: {
  readonly verb: 'start' | 'suspend' | 'restart';
  readonly summary: string;
  readonly perform: (call: ApiCall, place: ComputePlace) => Promise<Performed[]>;
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

function start({ catalogue, context, provisioning }: ApiCall, place: ComputePlace): Promise<Performed> {
  return performOperation(catalogue, { ...place, action: 'start_compute' }, () =>
    provisioning.startCompute(context, place),
  );
}

function suspend({ catalogue, context, ...parts }: ApiCall, place: ComputePlace): Promise<Performed> {
  return performOperation(catalogue, { ...place, action: 'suspend_compute' }, () =>
    suspendComputeFor(parts, context, place),
  );
}
