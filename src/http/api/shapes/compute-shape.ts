// A compute on the wire, where Neon calls it an endpoint.

import { z } from 'zod';
import type { Compute } from '../../../catalogue/projects/compute-rows.ts';
import type { ComputeId } from '../../../ids.ts';
import type { ApiParts } from '../call/api-call.ts';
import { connectionHost } from '../call/connection-address.ts';
import { idField, namedIdField, projectParams, timeField, timeOrAbsent } from '../call/field-shapes.ts';
import { PROVISIONER } from './project-shape.ts';

export const computeTypeField = z.enum(['read_write', 'read_only']);

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

export const computeParams = projectParams.extend({ endpoint_id: idField<ComputeId>() });

/** `host` is Postern's own, since only Postern dials the compute. */
export function computeOnWire(
  parts: Pick<ApiParts, 'config' | 'address'>,
  compute: Compute,
): z.input<typeof computeShape> {
  const host = connectionHost(parts);
  return {
    id: compute.id,
    name: compute.name ?? undefined,
    project_id: compute.projectId,
    branch_id: compute.branchId,
    region_id: compute.regionId,
    host,
    proxy_host: host,
    type: compute.type,
    current_state: compute.state,
    settings: {},
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: compute.isDisabled,
    passwordless_access: compute.passwordlessAccess,
    autoscaling_limit_min_cu: compute.autoscalingMinCu,
    autoscaling_limit_max_cu: compute.autoscalingMaxCu,
    suspend_timeout_seconds: compute.suspendTimeoutSeconds,
    provisioner: PROVISIONER,
    creation_source: compute.hostId === null ? 'attached' : 'hosted',
    last_active: timeOrAbsent(compute.lastActiveAt),
    started_at: timeOrAbsent(compute.startedAt),
    suspended_at: timeOrAbsent(compute.suspendedAt),
    created_at: compute.createdAt.toISOString(),
    updated_at: compute.updatedAt.toISOString(),
  };
}
