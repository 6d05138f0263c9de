// The operations of a project, newest first.

import { z } from 'zod';
import { listSteps } from '../../../catalogue/journal/operation-steps.ts';
import { getOperation, listOperations } from '../../../catalogue/projects/operations.ts';
import type { OperationId } from '../../../ids.ts';
import { apiRoute } from '../call/api-route.ts';
import { idField, projectParams } from '../call/field-shapes.ts';
import { paginationOf, paginationShape } from '../call/pages.ts';
import { cursorField, limitField } from '../call/query-fields.ts';
import { operationOnWire, operationShape } from '../shapes/operation-shape.ts';

export const listOperationsRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/operations',
  operationId: 'listProjectOperations',
  summary: 'What was done to a project, newest first',
  tag: 'Operations',
  params: projectParams,
  query: z.object({ cursor: cursorField, limit: limitField({ byDefault: 100, most: 1_000 }) }),
  status: 200,
  reply: z.object({ operations: z.array(operationShape), pagination: paginationShape.optional() }),
  perform: async ({ catalogue, context }, { params, query }) => {
    const page = await listOperations(catalogue, context, { ...query, projectId: params.project_id });
    return { operations: page.items.map(operationOnWire), ...paginationOf(page.cursor) };
  },
});

export const getOperationRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/operations/{operation_id}',
  operationId: 'getProjectOperation',
  summary: 'One operation',
  tag: 'Operations',
  params: projectParams.extend({ operation_id: idField<OperationId>() }),
  status: 200,
  reply: z.object({ operation: operationShape }),
  perform: async ({ catalogue, context }, { params }) => {
    const which = { projectId: params.project_id, operationId: params.operation_id };
    const operation = await getOperation(catalogue, context, which);
    const steps = (await listSteps(catalogue, operation.id)).map(({ action, name, status }) => ({
      action,
      name,
      status,
    }));
    return { operation: { ...operationOnWire(operation), steps } };
  },
});
