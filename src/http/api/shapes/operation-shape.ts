// An operation on the wire: a change of a project on its host, with its state.

import { z } from 'zod';
import type { Operation } from '../../../catalogue/projects/operations.ts';
import { countField, namedIdField, timeField, uuidField } from '../call/field-shapes.ts';

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
    steps: z.array(z.object({ action: z.string(), name: z.string(), status: z.string() })).optional(),
  })
  .meta({ id: 'Operation' });

export function operationOnWire(operation: Operation): z.input<typeof operationShape> {
  return {
    id: operation.id,
    project_id: operation.projectId,
    branch_id: operation.branchId ?? undefined,
    endpoint_id: operation.computeId ?? undefined,
    action: operation.action,
    status: operation.status,
    error: operation.error ?? undefined,
    failures_count: operation.failuresCount,
    retry_at: operation.retryAt?.toISOString(),
    created_at: operation.createdAt.toISOString(),
    updated_at: operation.updatedAt.toISOString(),
    total_duration_ms: operation.totalDurationMs,
  };
}
