// The operations of a project: what was done to it on its host, with their state.

import { z } from 'zod';
import { listSteps } from '../../../catalogue/journal/operation-steps.ts';
import { getOperation, listOperations, type Operation } from '../../../catalogue/projects/operations.ts';
import type { OperationId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { countField, idField, namedIdField, projectParams, timeField, uuidField } from '../call/field-shapes.ts';
import { cursorField, limitField, paginationOf, paginationShape } from '../call/lists.ts';
import { onWire } from '../call/on-wire.ts';

const stepShape = z.object({ action: z.string(), name: z.string(), status: z.string() });

// Neon API 2.7.3: Operation
export const operationShape = z
  .object({
    id: uuidField,
    project_id: namedIdField,
    branch_id: namedIdField.optional(),
    endpoint_id: namedIdField.optional(),
    action: z.string(),
    status: z.string(),
    error: z.string().optional(),
    failures_count: countField,
    retry_at: timeField.optional(),
    created_at: timeField,
    updated_at: timeField,
    total_duration_ms: countField,
    steps: z.array(stepShape).optional(),
  })
  .meta({ id: 'Operation' });

export function operationOnWire(operation: Operation): z.input<typeof operationShape> {
  return onWire(operationShape, { ...operation, endpointId: operation.computeId });
}

export const OPERATION_ROUTES = tagged('Operations', [
  apiRoute('get', '/projects/{project_id}/operations', {
    operationId: 'listProjectOperations',
    summary: 'What was done to a project, newest first',
    params: projectParams,
    query: z.object({ cursor: cursorField, limit: limitField({ byDefault: 100, most: 1_000 }) }),
    reply: z.object({ operations: z.array(operationShape), pagination: paginationShape.optional() }),
    perform: async ({ catalogue, context }, { params, query }) => {
      const page = await listOperations(catalogue, context, { ...query, projectId: params.project_id });
      return { operations: page.items.map(operationOnWire), ...paginationOf(page.cursor) };
    },
  }),
  apiRoute('get', '/projects/{project_id}/operations/{operation_id}', {
    operationId: 'getProjectOperation',
    summary: 'One operation',
    params: projectParams.extend({ operation_id: idField<OperationId>() }),
    reply: z.object({ operation: operationShape }),
    perform: async ({ catalogue, context }, { params }) => {
      const which = { projectId: params.project_id, operationId: params.operation_id };
      const operation = await getOperation(catalogue, context, which);
      const steps = (await listSteps(catalogue, operation.id)).map((step) => onWire(stepShape, step));
      return { operation: { ...operationOnWire(operation), steps } };
    },
  }),
]);
