// The settings of projects and computes: checked, stored and returned. What is not enforced or not
// applied here is refused, so that nobody relies on it.

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

/** Settings of the Postgres or the pooler behind a compute, of which Postern applies none. */
const serverSettingsField = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const serverSettings = { pg_settings: serverSettingsField, pgbouncer_settings: serverSettingsField };
const preloadLibraries = z.object({ use_defaults: z.boolean(), enabled_libraries: z.array(z.string()) }).partial();

// Neon API 2.7.3: EndpointSettingsData
export const endpointSettingsShape = z
  .object({ ...serverSettings, preload_libraries: preloadLibraries })
  .partial()
  .meta({ id: 'EndpointSettings' });

// Neon API 2.7.3: DefaultEndpointSettings
export const defaultEndpointSettingsShape = z
  .object({
    autoscaling_limit_min_cu: computeUnitField,
    autoscaling_limit_max_cu: computeUnitField,
    suspend_timeout_seconds: suspendTimeoutField,
    ...serverSettings,
  })
  .partial()
  .meta({ id: 'DefaultEndpointSettings' });

// Neon API 2.7.3: ProjectUpdateRequest
const MAX_RETENTION_SECONDS = 2_592_000;
export const retentionField = z.int().min(0).max(MAX_RETENTION_SECONDS);

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
    audit_log_level: z.enum(['base', 'extended', 'full']),
    preload_libraries: preloadLibraries,
  })
  .partial()
  .meta({ id: 'ProjectSettings' });

interface AskedSettings {
  readonly settings?: z.output<typeof projectSettingsShape> | undefined;
  readonly default_endpoint_settings?: z.output<typeof defaultEndpointSettingsShape> | undefined;
}

/** Of a project. Throws `not_offered` for what is neither enforced nor applied. */
export function requireOfferedSettings(asked: AskedSettings): void {
  const { allowed_ips: allowedIps, quota, audit_log_level: level = 'base', ...settings } = asked.settings ?? {};
  if ((allowedIps?.ips ?? []).length > 0) {
    throw new PosternError('allowed_ips_not_offered');
  }
  if (Object.values(quota ?? {}).some((limit) => limit > 0)) throw new PosternError('quotas_not_offered');
  const { preload_libraries, ...switches } = settings;
  requireNothingAsked({ ...switches, audit_log_level: level !== 'base' });
  requireOfferedEndpointSettings({ ...asked.default_endpoint_settings, preload_libraries });
}

/** Of a compute. Throws `not_offered`. */
export function requireOfferedEndpointSettings(asked: z.output<typeof endpointSettingsShape> = {}): void {
  requireNothingAsked({
    pg_settings: Object.keys(asked.pg_settings ?? {}).length > 0,
    pgbouncer_settings: Object.keys(asked.pgbouncer_settings ?? {}).length > 0,
    preload_libraries: (asked.preload_libraries?.enabled_libraries ?? []).length > 0,
  });
}

function requireNothingAsked(switches: Readonly<Record<string, boolean>>): void {
  const [on] = Object.entries(switches).find(([, isAsked]) => isAsked) ?? [];
  if (on !== undefined) throw new PosternError('setting_not_offered', { params: { setting: on } });
}
