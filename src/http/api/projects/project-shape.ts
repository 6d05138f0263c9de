// A project on the wire, alone and in lists. Fields that mean nothing here are honest constants.

import { z } from 'zod';
import { readLastActivity } from '../../../catalogue/projects/project-lists.ts';
import { type Project, projectResource } from '../../../catalogue/projects/projects.ts';
import { may } from '../../../catalogue/rights/permissions.ts';
import { PROJECT_LABELS } from '../../../catalogue/tables/project-labels.ts';
import { isOrganizationId } from '../../../ids.ts';
import type { BillingPeriodTotals, ConsumptionTotals } from '../../../metering/frames/consumption-figures.ts';
import { frameEnd, frameStart } from '../../../metering/frames/frame-bounds.ts';
import type { ApiCall } from '../call/api-call.ts';
import { connectionHost } from '../call/connection-address.ts';
import { countField, jsonObjectField, namedIdField, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';

export const PROVISIONER = 'postern';
const MEBIBYTE = 2 ** 20;
// No branch has a limit: the largest number of MiB that every client can hold.
const BRANCH_SIZE_LIMIT_MIB = 2 ** 31 - 1;

/** Postern's own. */
export const projectLabelField = z.enum(PROJECT_LABELS);

export const counterFields = {
  active_time_seconds: countField,
  compute_time_seconds: countField,
  written_data_bytes: countField,
  data_transfer_bytes: countField,
};

// Neon API 2.7.3: Project and ProjectListItem, of which lists get the union
export const projectShape = z
  .object({
    id: namedIdField,
    name: z.string(),
    label: projectLabelField,
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
    cpu_used_sec: countField,
    ...counterFields,
    data_storage_bytes_hour: countField,
    synthetic_storage_size: countField.optional(),
  })
  .meta({ id: 'Project' });

type ProjectOnWire = z.input<typeof projectShape>;

/** As the caller sees them, with the counters of the running billing period. */
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
  const now = call.clock.now();
  return projects.map((project) =>
    onWire(projectShape, {
      ...project,
      ...countersOf(billing.get(project.id)),
      platformId: PROVISIONER,
      provisioner: PROVISIONER,
      proxyHost: connectionHost(call),
      ownerId: project.accountId,
      orgId: isOrganizationId(project.accountId) ? project.accountId : null,
      orgName: organizationName,
      branchLogicalSizeLimit: BRANCH_SIZE_LIMIT_MIB,
      branchLogicalSizeLimitBytes: BRANCH_SIZE_LIMIT_MIB * MEBIBYTE,
      computeLastActiveAt: activity.get(project.id) ?? null,
      effectiveProjectPermission: permissionLevel(call, project),
      consumptionPeriodStart: frameStart('month', now),
      consumptionPeriodEnd: frameEnd('month', now),
    }),
  );
}

export async function projectOnWire(call: ApiCall, project: Project): Promise<ProjectOnWire> {
  const [only] = await projectsOnWire(call, [project]);
  if (only === undefined) throw new Error(`project ${project.id} was lost on its way to the wire`);
  return only;
}

/** Whole numbers: 0, or null where the wire allows it, before the first measurement. */
export function countersOf(totals: BillingPeriodTotals | undefined) {
  const whole = (figure: keyof ConsumptionTotals) => Math.round(totals?.[figure] ?? 0);
  return {
    activeTime: whole('activeTimeSeconds'),
    activeTimeSeconds: whole('activeTimeSeconds'),
    computeTimeSeconds: whole('computeTimeSeconds'),
    cpuUsedSec: whole('computeTimeSeconds'),
    writtenDataBytes: whole('writtenDataBytes'),
    dataTransferBytes: whole('dataTransferBytes'),
    dataStorageBytesHour: whole('storageByteHours'),
    logicalSize: totals === undefined ? null : whole('logicalSizeBytes'),
    syntheticStorageSize: totals === undefined ? null : whole('syntheticStorageSizeBytes'),
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
