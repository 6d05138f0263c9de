// Consumption of each project in the running billing period, which every plan includes.

import { z } from 'zod';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { currentPlanPeriodId } from '../../../catalogue/rights/plans.ts';
import { frameEnd, frameStart } from '../../../metering/frames/frame-bounds.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { countField, momentField, namedIdField, timeField, uuidField } from '../call/field-shapes.ts';
import { cursorField, limitField, paginationOf, paginationShape } from '../call/lists.ts';
import { onWire } from '../call/on-wire.ts';
import { counterFields, countersOf } from '../projects/project-shape.ts';
import { readableAccount } from './consumption-access.ts';

// Neon API 1.10.0: ProjectConsumption
const totalsShape = z
  .object({
    project_id: namedIdField,
    period_id: uuidField,
    period_start: timeField,
    period_end: timeField.nullable(),
    previous_period_id: uuidField.nullable(),
    updated_at: timeField,
    ...counterFields,
    data_storage_bytes_hour: countField,
    synthetic_storage_size: countField,
  })
  .meta({ id: 'ProjectConsumption' });

export const BILLING_PERIOD_ROUTES = tagged('Consumption', [
  apiRoute('get', '/consumption/projects', {
    operationId: 'listProjectsConsumption',
    summary: 'Consumption of each project in the running billing period',
    query: z.object({
      cursor: cursorField,
      limit: limitField({ byDefault: 10, most: 1_000 }),
      from: momentField.optional(),
      to: momentField.optional(),
      org_id: z.string().optional(),
    }),
    reply: z.object({
      projects: z.array(totalsShape),
      periods_in_response: z.int(),
      pagination: paginationShape.optional(),
    }),
    perform: async (call, { query }) => {
      const { id: accountId } = await readableAccount(call, query.org_id, 'projects');
      const page = await listProjects(call.catalogue, call.context, { ...query, accountId });
      const ids = isRunningAsked(call, query) ? page.items.map((project) => project.id) : [];
      const [totals, periodId] = await Promise.all([
        call.consumption.readBillingPeriod(ids),
        currentPlanPeriodId(call.catalogue, accountId),
      ]);
      const periodStart = frameStart('month', call.clock.now());
      const projects = ids.map((id) => {
        const counters = countersOf(totals.get(id));
        return onWire(totalsShape, {
          ...counters,
          syntheticStorageSize: counters.syntheticStorageSize ?? 0,
          ...{ projectId: id, periodId, periodStart, periodEnd: null, previousPeriodId: null },
          updatedAt: totals.get(id)?.updatedAt ?? periodStart,
        });
      });
      return { projects, periods_in_response: projects.length, ...paginationOf(page.cursor) };
    },
  }),
]);

/** Only the running period is reported; a range outside it has none. */
function isRunningAsked({ clock }: ApiCall, { from, to }: { from?: string | undefined; to?: string | undefined }) {
  const [start, end] = [frameStart('month', clock.now()), frameEnd('month', clock.now())];
  return (from === undefined || new Date(from) < end) && (to === undefined || new Date(to) > start);
}
