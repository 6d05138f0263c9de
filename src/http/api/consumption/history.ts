// Consumption by hour, day or month: of an account as a whole, and of each of its projects.

import { z } from 'zod';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import type { ProjectId } from '../../../ids.ts';
import type { PeriodFrames } from '../../../metering/frames/consumption-figures.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField } from '../call/field-shapes.ts';
import { cursorField, limitField, listField, paginationOf, paginationShape } from '../call/lists.ts';
import { requireHistory } from './consumption-access.ts';
import { rangeShape, requireRange } from './history-query.ts';
import { metricField, periodOnWire, periodShape, projectHistoryShape } from './history-shapes.ts';
import { metricV2Field, periodOnWireV2, projectHistoryV2Shape } from './history-v2-shapes.ts';

const MAX_METRICS = 20;
const v1Query = {
  ...rangeShape.shape,
  org_id: z.string().optional(),
  metrics: listField(metricField, { most: MAX_METRICS }).default([]),
  include_v1_metrics: z.enum(['true', 'false']).optional(),
};
const projectsQuery = {
  cursor: cursorField,
  limit: limitField({ byDefault: 10, most: 100 }),
  project_ids: listField(idField<ProjectId>(), { most: 100 }).optional(),
};

export const HISTORY_ROUTES = tagged('Consumption', [
  apiRoute('get', '/consumption_history/account', {
    operationId: 'getConsumptionHistoryPerAccount',
    summary: 'Consumption of all projects of an account together',
    query: z.object(v1Query),
    reply: z.object({ periods: z.array(periodShape) }),
    perform: async (call, { query }) => {
      const accountId = await requireHistory(call, query.org_id, 'account');
      const periods = await call.consumption.readAccount(accountId, requireRange(call, query));
      return { periods: periods.map((period) => periodOnWire(period, metricsOf(query))) };
    },
  }),
  apiRoute('get', '/consumption_history/projects', {
    operationId: 'getConsumptionHistoryPerProject',
    summary: 'Consumption of each project of an account',
    query: z.object({ ...v1Query, ...projectsQuery }),
    reply: z.object({ projects: z.array(projectHistoryShape), pagination: paginationShape.optional() }),
    perform: (call, { query }) => historyPage(call, query, (period) => periodOnWire(period, metricsOf(query))),
  }),
  apiRoute('get', '/consumption_history/v2/projects', {
    operationId: 'getConsumptionHistoryPerProjectV2',
    summary: 'Consumption of each project of an organization, as lists of metrics',
    query: z.object({
      ...rangeShape.shape,
      org_id: z.string(),
      metrics: listField(metricV2Field, { least: 1, most: MAX_METRICS }),
      ...projectsQuery,
    }),
    reply: z.object({ projects: z.array(projectHistoryV2Shape), pagination: paginationShape.optional() }),
    perform: (call, { query }) => historyPage(call, query, (period) => periodOnWireV2(period, query.metrics)),
  }),
]);

interface ProjectsQuery extends z.output<typeof rangeShape> {
  readonly org_id?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly project_ids?: readonly ProjectId[] | undefined;
}

/** A page of projects, as lists of projects give them, each with its history. */
async function historyPage<Period>(call: ApiCall, query: ProjectsQuery, onWire: (period: PeriodFrames) => Period) {
  const accountId = await requireHistory(call, query.org_id, 'projects');
  const range = requireRange(call, query);
  const { limit, cursor, project_ids = [] } = query;
  // An empty list names none, which means all.
  const ids = project_ids.length === 0 ? undefined : project_ids;
  const page = await listProjects(call.catalogue, call.context, { accountId, limit, cursor, ids });
  const projectIds = page.items.map((project) => project.id);
  const history = await call.consumption.readProjects(accountId, projectIds, range);
  const projects = projectIds.map((id) => ({ project_id: id, periods: (history.get(id) ?? []).map(onWire) }));
  return { projects, ...paginationOf(page.cursor) };
}

type MetricNames = readonly z.output<typeof metricField>[];

/** Neon API 2.7.2: `include_v1_metrics` is an older form, without effect beside `metrics`. */
function metricsOf(query: { metrics: MetricNames; include_v1_metrics?: 'true' | 'false' | undefined }): MetricNames {
  if (query.metrics.length > 0 || query.include_v1_metrics !== 'true') return query.metrics;
  return ['data_storage_bytes_hour'];
}
