// Consumption of each project in the running billing period, which every plan includes.

import { z } from 'zod';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { currentPlanPeriodId } from '../../../catalogue/rights/plans.ts';
import type { BillingPeriodTotals } from '../../../metering/frames/consumption-figures.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { countField, namedIdField, timeField, uuidField } from '../call/field-shapes.ts';
import { paginationOf, paginationShape } from '../call/pages.ts';
import { cursorField, limitField } from '../call/query-fields.ts';
import { type BillingPeriod, billingPeriodAt } from '../shapes/billing-period.ts';
import { accountOfProjects } from './consumption-access.ts';

const momentField = z.iso.datetime({ offset: true }).optional();

// Neon API 1.10.0: ProjectConsumption
const totalsShape = z
  .object({
    project_id: namedIdField,
    period_id: uuidField,
    period_start: timeField,
    period_end: timeField.nullable(),
    previous_period_id: uuidField.nullable(),
    updated_at: timeField,
    active_time_seconds: countField,
    compute_time_seconds: countField,
    written_data_bytes: countField,
    data_transfer_bytes: countField,
    data_storage_bytes_hour: countField,
    synthetic_storage_size: countField,
  })
  .meta({ id: 'ProjectConsumption' });

export const readBillingPeriod = apiRoute({
  method: 'get',
  path: '/consumption/projects',
  operationId: 'listProjectsConsumption',
  summary: 'Consumption of each project in the running billing period',
  tag: 'Consumption',
  query: z.object({
    cursor: cursorField,
    limit: limitField({ byDefault: 10, most: 1_000 }),
    from: momentField,
    to: momentField,
    org_id: z.string().optional(),
  }),
  status: 200,
  reply: z.object({
    projects: z.array(totalsShape),
    periods_in_response: z.int(),
    pagination: paginationShape.optional(),
  }),
  perform: async (call, { query }) => {
    const { id: accountId } = await accountOfProjects(call, query.org_id);
    const page = await listProjects(call.catalogue, call.context, { ...query, accountId });
    const ids = isRunningAsked(call, query) ? page.items.map((project) => project.id) : [];
    const [totals, periodId] = await Promise.all([
      call.consumption.readBillingPeriod(ids),
      currentPlanPeriodId(call.catalogue, accountId),
    ]);
    const projects = ids.map((id) => ({
      project_id: id,
      period_id: periodId,
      ...totalsOnWire(totals.get(id) ?? null, billingPeriodAt(call.clock.now())),
    }));
    return { projects, periods_in_response: projects.length, ...paginationOf(page.cursor) };
  },
});

/** Only the running period is reported; a range outside it has none. */
function isRunningAsked({ clock }: ApiCall, { from, to }: { from?: string | undefined; to?: string | undefined }) {
  const { start, end } = billingPeriodAt(clock.now());
  return (from === undefined || new Date(from) < end) && (to === undefined || new Date(to) > start);
}

function totalsOnWire(totals: BillingPeriodTotals | null, { start }: BillingPeriod) {
  return {
    period_start: start.toISOString(),
    period_end: null,
    previous_period_id: null,
    updated_at: (totals?.updatedAt ?? start).toISOString(),
    active_time_seconds: Math.round(totals?.activeTimeSeconds ?? 0),
    compute_time_seconds: Math.round(totals?.computeTimeSeconds ?? 0),
    written_data_bytes: Math.round(totals?.writtenDataBytes ?? 0),
    data_transfer_bytes: Math.round(totals?.dataTransferBytes ?? 0),
    data_storage_bytes_hour: Math.round(totals?.storageByteHours ?? 0),
    synthetic_storage_size: Math.round(totals?.syntheticStorageSizeBytes ?? 0),
  };
}
