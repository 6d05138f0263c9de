// The settings of projects: checked, stored and returned. Settings that promise a protection which
// is not enforced are refused, so that nobody relies on them.

import { z } from 'zod';
import {
  LONGEST_SUSPEND_TIMEOUT_SECONDS,
  NEVER_SUSPENDED,
  SMALLEST_CU,
} from '../../../catalogue/projects/compute-sizes.ts';
import { PosternError } from '../../../errors.ts';

// Neon API 2.7.3: ComputeUnit, SuspendTimeoutSeconds; the catalogue checks them with the plan.
export const computeUnitField = z.number().min(SMALLEST_CU);
export const suspendTimeoutField = z.int().min(NEVER_SUSPENDED).max(LONGEST_SUSPEND_TIMEOUT_SECONDS);

// Neon API 2.7.3: DefaultEndpointSettings
export const defaultEndpointSettingsShape = z
  .object({
    autoscaling_limit_min_cu: computeUnitField,
    autoscaling_limit_max_cu: computeUnitField,
    suspend_timeout_seconds: suspendTimeoutField,
    pg_settings: z.record(z.string(), z.string()),
  })
  .partial()
  .meta({ id: 'DefaultEndpointSettings' });

const quotaField = z.int().min(0);

// Neon API 2.7.3: ProjectSettingsData
export const projectSettingsShape = z
  .object({
    quota: z
      .object({
        active_time_seconds: quotaField,
        compute_time_seconds: quotaField,
        written_data_bytes: quotaField,
        data_transfer_bytes: quotaField,
        logical_size_bytes: quotaField,
      })
      .partial(),
    allowed_ips: z.object({ ips: z.array(z.string()), protected_branches_only: z.boolean() }).partial(),
    enable_logical_replication: z.boolean(),
    block_public_connections: z.boolean(),
    block_vpc_connections: z.boolean(),
    hipaa: z.boolean(),
  })
  .partial()
  .meta({ id: 'ProjectSettings' });

/** Throws `not_offered` for settings that are not enforced. */
export function requireOfferedSettings(settings: z.output<typeof projectSettingsShape> | undefined): void {
  if (settings === undefined) return;
  const { allowed_ips: allowedIps, quota, ...switches } = settings;
  if ((allowedIps?.ips ?? []).length > 0) {
    throw new PosternError('allowed_ips_not_offered');
  }
  if (Object.values(quota ?? {}).some((limit) => limit > 0)) throw new PosternError('quotas_not_offered');
  const [on] = Object.entries(switches).find(([, value]) => value) ?? [];
  if (on !== undefined) throw new PosternError('setting_not_offered', { params: { setting: on } });
}
