// Consumption by hour, day or month: of an account as a whole, and of each of its projects.

import { z } from 'zod';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import type { AccountId, ProjectId } from '../../../ids.ts';
import type { ConsumptionRange, PeriodFrames } from '../../../metering/frames/consumption-figures.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute } from '../call/api-route.ts';
import { idField } from '../call/field-shapes.ts';
import { paginationOf, paginationShape } from '../call/pages.ts';
import { cursorField, limitField, listField } from '../call/query-fields.ts';
import { metricField, periodOnWire, periodShape, projectHistoryShape } from '../shapes/history-shapes.ts';
import { metricV2Field, periodOnWireV2, projectHistoryV2Shape } from '../shapes/history-v2-shapes.ts';
import { requireAccountHistory, requireProjectsHistory } from './consumption-access.ts';
import { rangeQuery, requireRange } from './history-query.ts';

const MAX_METRICS = 20;
const v1Query = {
  ...rangeQuery,
  org_id: z.string().optional(),
  metrics: listField(metricField, { most: MAX_METRICS }).default([]),
  include_v1_metrics: z.enum(['true', 'false']).optional(),
};
const projectsQuery = {
  cursor: cursorField,
  limit: limitField({ byDefault: 10, most: 100 }),
  project_ids: listField(idField<ProjectId>(), { most: 100 }).optional(),
};

export const readAccountHistory = apiRoute({
  method: 'get',
  path: '/consumption_history/account',
  operationId: 'getConsumptionHistoryPerAccount',
  summary: 'Consumption of all projects of an account together',
  tag: 'Consumption',
  query: z.object(v1Query),
  status: 200,
  reply: z.object({ periods: z.array(periodShape) }),
  perform: async (call, { query }) => {
    const accountId = await requireAccountHistory(call, query.org_id);
    const periods = await call.consumption.readAccount(accountId, requireRange(call, query));
    return { periods: periods.map((period) => periodOnWire(period, metricsOf(query))) };
  },
});

export const readProjectsHistory = apiRoute({
  method: 'get',
  path: '/consumption_history/projects',
  operationId: 'getConsumptionHistoryPerProject',
  summary: 'Consumption of each project of an account',
  tag: 'Consumption',
  query: z.object({ ...v1Query, ...projectsQuery }),
  status: 200,
  reply: z.object({ projects: z.array(projectHistoryShape), pagination: paginationShape.optional() }),
  perform: async (call, { query }) => {
    const accountId = await requireProjectsHistory(call, query.org_id);
    const page = await historyPage(call, { ...query, accountId, range: requireRange(call, query) });
    const projects = page.projects.map(({ projectId, periods }) => ({
      project_id: projectId,
      periods: periods.map((period) => periodOnWire(period, metricsOf(query))),
    }));
    return { projects, ...paginationOf(page.cursor) };
  },
});

export const readProjectsHistoryV2 = apiRoute({
  method: 'get',
  path: '/consumption_history/v2/projects',
  operationId: 'getConsumptionHistoryPerProjectV2',
  summary: 'Consumption of each project of an organization, as lists of metrics',
  tag: 'Consumption',
  query: z.object({
    ...rangeQuery,
    org_id: z.string(),
    metrics: listField(metricV2Field, { most: MAX_METRICS }),
    ...projectsQuery,
  }),
  status: 200,
  reply: z.object({ projects: z.array(projectHistoryV2Shape), pagination: paginationShape.optional() }),
  perform: async (call, { query }) => {
    const accountId = await requireProjectsHistory(call, query.org_id);
    const page = await historyPage(call, { ...query, accountId, range: requireRange(call, query) });
    const projects = page.projects.map(({ projectId, periods }) => ({
      project_id: projectId,
      periods: periods.map((period) => periodOnWireV2(period, query.metrics)),
    }));
    return { projects, ...paginationOf(page.cursor) };
  },
});

interface HistoryPage {
  readonly projects: ReadonlyArray<{ readonly projectId: ProjectId; readonly periods: readonly PeriodFrames[] }>;
  readonly cursor: string | null;
}

/** A page of projects, as lists of projects give them, each with its history. */
async function historyPage(
  call: ApiCall,
  asked: {
    readonly accountId: AccountId;
    readonly range: ConsumptionRange;
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly project_ids?: readonly ProjectId[] | undefined;
  },
): Promise<HistoryPage> {
  const { accountId, range, limit, cursor, project_ids: ids } = asked;
  const page = await listProjects(call.catalogue, call.context, { accountId, limit, cursor, ids });
  const projectIds = page.items.map((project) => project.id);
  const history = await call.consumption.readProjects(accountId, projectIds, range);
  const projects = projectIds.map((projectId) => ({ projectId, periods: history.get(projectId) ?? [] }));
  return { projects, cursor: page.cursor };
}

/** Neon API 2.7.2: `include_v1_metrics` is an older form, without effect beside `metrics`. */
function metricsOf(query: {
  readonly metrics: readonly z.output<typeof metricField>[];
  readonly include_v1_metrics?: 'true' | 'false' | undefined;
}): readonly z.output<typeof metricField>[] {
  if (query.metrics.length > 0 || query.include_v1_metrics !== 'true') return query.metrics;
  return ['data_storage_bytes_hour'];
}
