// A project on the wire, alone and in lists. Fields that mean nothing here are honest constants.

import { z } from 'zod';
import { readLastActivity } from '../../../catalogue/projects/project-activity.ts';
import { type Project, projectResource } from '../../../catalogue/projects/projects.ts';
import { may } from '../../../catalogue/rights/permissions.ts';
import { isOrganizationId } from '../../../ids.ts';
import type { BillingPeriodTotals } from '../../../metering/frames/consumption-figures.ts';
import type { ApiCall } from '../call/api-call.ts';
import { connectionHost } from '../call/connection-address.ts';
import { countField, jsonObjectField, namedIdField, timeField, timeOrAbsent } from '../call/field-shapes.ts';
import { billingPeriodAt } from './billing-period.ts';

export const PROVISIONER = 'postern';
const MEBIBYTE = 2 ** 20;
// No branch has a limit: the largest number of MiB that every client can hold.
const BRANCH_SIZE_LIMIT_MIB = 2 ** 31 - 1;

// Neon API 2.7.3: Project and ProjectListItem, of which lists get the union
export const projectShape = z
  .object({
    id: namedIdField,
    name: z.string(),
    platform_id: z.string(),
    region_id: z.string(),
    provisioner: z.string(),
    pg_version: z.int(),
    proxy_host: z.string(),
    owner_id: z.string(),
    org_id: namedIdField.optional(),
    org_name: z.string().optional(),
    creation_source: z.string(),
    store_passwords: z.boolean(),
    settings: jsonObjectField,
    default_endpoint_settings: jsonObjectField,
    branch_logical_size_limit: countField,
    branch_logical_size_limit_bytes: countField,
    history_retention_seconds: countField,
    created_at: timeField,
    updated_at: timeField,
    compute_last_active_at: timeField.optional(),
    effective_project_permission: z.enum(['CAN_VIEW', 'CAN_EDIT', 'CAN_MANAGE']),
    consumption_period_start: timeField,
    consumption_period_end: timeField,
    active_time: countField,
    active_time_seconds: countField,
    compute_time_seconds: countField,
    cpu_used_sec: countField,
    written_data_bytes: countField,
    data_transfer_bytes: countField,
    data_storage_bytes_hour: countField,
    synthetic_storage_size: countField.optional(),
  })
  .meta({ id: 'Project' });

type ProjectOnWire = z.input<typeof projectShape>;

/**
 * The projects as the caller of this call sees them, with the counters of the running billing
 * period.
 */
export async function projectsOnWire(
  call: ApiCall,
  projects: readonly Project[],
  { organizationName }: { readonly organizationName?: string } = {},
): Promise<ProjectOnWire[]> {
  const ids = projects.map((project) => project.id);
  const [activity, billing] = await Promise.all([
    readLastActivity(call.catalogue, ids),
    call.consumption.readBillingPeriod(ids),
  ]);
  return projects.map((project) => ({
    ...projectFields(call, project),
    org_name: organizationName,
    compute_last_active_at: timeOrAbsent(activity.get(project.id) ?? null),
    ...counters(billing.get(project.id) ?? null),
  }));
}

export async function projectOnWire(call: ApiCall, project: Project): Promise<ProjectOnWire> {
  const [only] = await projectsOnWire(call, [project]);
  if (only === undefined) throw new Error(`project ${project.id} was lost on its way to the wire`);
  return only;
}

function projectFields(call: ApiCall, project: Project) {
  const period = billingPeriodAt(call.clock.now());
  return {
    id: project.id,
    name: project.name,
    platform_id: PROVISIONER,
    region_id: project.regionId,
    provisioner: PROVISIONER,
    pg_version: project.pgVersion,
    proxy_host: connectionHost(call),
    owner_id: project.accountId,
    org_id: isOrganizationId(project.accountId) ? project.accountId : undefined,
    creation_source: project.creationSource,
    store_passwords: project.storePasswords,
    settings: project.settings,
    default_endpoint_settings: project.defaultEndpointSettings,
    branch_logical_size_limit: BRANCH_SIZE_LIMIT_MIB,
    branch_logical_size_limit_bytes: BRANCH_SIZE_LIMIT_MIB * MEBIBYTE,
    history_retention_seconds: project.historyRetentionSeconds,
    created_at: project.createdAt.toISOString(),
    updated_at: project.updatedAt.toISOString(),
    effective_project_permission: permissionLevel(call, project),
    consumption_period_start: period.start.toISOString(),
    consumption_period_end: period.end.toISOString(),
  };
}

function counters(totals: BillingPeriodTotals | null) {
  const activeTime = Math.round(totals?.activeTimeSeconds ?? 0);
  const computeTime = Math.round(totals?.computeTimeSeconds ?? 0);
  return {
    active_time: activeTime,
    active_time_seconds: activeTime,
    compute_time_seconds: computeTime,
    cpu_used_sec: computeTime,
    written_data_bytes: Math.round(totals?.writtenDataBytes ?? 0),
    data_transfer_bytes: Math.round(totals?.dataTransferBytes ?? 0),
    data_storage_bytes_hour: Math.round(totals?.storageByteHours ?? 0),
    synthetic_storage_size: totals === null ? undefined : Math.round(totals.syntheticStorageSizeBytes),
  };
}

function permissionLevel(
  { catalogue, context: { actor } }: ApiCall,
  project: Project,
): ProjectOnWire['effective_project_permission'] {
  const resource = projectResource(catalogue, project);
  if (may(actor, 'project.delete', resource)) return 'CAN_MANAGE';
  return may(actor, 'project.change', resource) ? 'CAN_EDIT' : 'CAN_VIEW';
}
