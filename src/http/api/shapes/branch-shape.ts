// A branch on the wire. Each project has one, the default; its consumption is that of the project.

import { z } from 'zod';
import type { Branch } from '../../../catalogue/projects/branches.ts';
import type { BranchId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { countField, idField, namedIdField, projectParams, timeField } from '../call/field-shapes.ts';

// Neon API 2.7.3: Branch; `primary` was required in 2024
export const branchShape = z
  .object({
    id: namedIdField,
    project_id: namedIdField,
    name: z.string(),
    current_state: z.string(),
    state_changed_at: timeField,
    creation_source: z.string(),
    default: z.boolean(),
    primary: z.boolean(),
    protected: z.boolean(),
    cpu_used_sec: countField,
    compute_time_seconds: countField,
    active_time_seconds: countField,
    written_data_bytes: countField,
    data_transfer_bytes: countField,
    logical_size: countField.optional(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Branch' });

// Neon API 2.7.3: AnnotationData; nothing is annotated here
export const annotationShape = z
  .object({ object: z.object({ type: z.string(), id: z.string() }), value: z.record(z.string(), z.string()) })
  .meta({ id: 'Annotation' });

export const branchParams = projectParams.extend({ branch_id: idField<BranchId>() });

export async function branchOnWire(call: ApiCall, branch: Branch): Promise<z.input<typeof branchShape>> {
  const { id, projectId } = branch;
  const consumed = (await call.consumption.readBillingPeriod([projectId])).get(projectId) ?? null;
  const computeTime = Math.round(consumed?.computeTimeSeconds ?? 0);
  return {
    id,
    project_id: projectId,
    name: branch.name,
    current_state: 'ready',
    state_changed_at: branch.createdAt.toISOString(),
    creation_source: 'postern',
    default: branch.isDefault,
    primary: branch.isDefault,
    protected: branch.isProtected,
    cpu_used_sec: computeTime,
    compute_time_seconds: computeTime,
    active_time_seconds: Math.round(consumed?.activeTimeSeconds ?? 0),
    written_data_bytes: Math.round(consumed?.writtenDataBytes ?? 0),
    data_transfer_bytes: Math.round(consumed?.dataTransferBytes ?? 0),
    logical_size: consumed === null ? undefined : Math.round(consumed.logicalSizeBytes),
    created_at: branch.createdAt.toISOString(),
    updated_at: branch.updatedAt.toISOString(),
  };
}

export function emptyAnnotation(branch: Branch): z.input<typeof annotationShape> {
  return { object: { type: 'console/branch', id: branch.id }, value: {} };
}
