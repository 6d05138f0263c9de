import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AccountId, ProjectId } from '../../../src/ids.ts';
import { newComputeId } from '../../../src/ids.ts';
import { addProject } from '../../support/catalogue-for-tests.ts';
import { startWeb, type WebForTests } from '../../support/web-for-tests.ts';
import { type CallerForTests, newCaller, newOrganization } from './api-for-tests.ts';
import { NeonContract } from './neon-contract.ts';

let web: WebForTests;
let admin: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  admin = await newCaller(web);
});

afterAll(() => web.close());

const HOUR_MS = 3_600_000;

/** An organization that was on two plans around July 2024, with a project that was measured. */
async function measuredOrganization() {
  const organization = await newOrganization(web, admin);
  const { project } = await addProject(web.catalogue, organization.id);
  const changedAt = new Date('2024-07-01T00:00:00Z');
  const first = {
    id: randomUUID(),
    plan: 'scale',
    started_at: new Date('2024-05-01T00:00:00Z'),
    ended_at: changedAt,
  } as const;
  const second = {
    id: randomUUID(),
    plan: 'business',
    started_at: changedAt,
    ended_at: new Date('2024-08-01T00:00:00Z'),
  } as const;
  const periods = [first, second].map((period) => ({ ...period, account_id: organization.id }));
  await web.catalogue.db.insertInto('plan_periods').values(periods).execute();
  const place = { accountId: organization.id, projectId: project.id };
  await addFrame({ ...place, periodId: first.id, start: '2024-06-30T15:00:00Z', activeSeconds: 3_600 });
  await addFrame({ ...place, periodId: first.id, start: '2024-06-30T16:00:00Z', activeSeconds: 1_800 });
  // 17:00 to 23:00 was not observed.
  await addFrame({ ...place, periodId: second.id, start: '2024-07-01T00:00:00Z', activeSeconds: 60 });
  return { organizationId: organization.id, projectId: project.id };
}

async function addFrame(frame: {
  accountId: AccountId;
  projectId: ProjectId;
  periodId: string;
  start: string;
  activeSeconds: number;
  unmeasured?: readonly string[];
}): Promise<void> {
  const start = new Date(frame.start);
  await web.catalogue.db
    .insertInto('consumption_frames')
    .values({
      granularity: 'hour',
      frame_start: start,
      account_id: frame.accountId,
      period_id: frame.periodId,
      project_id: frame.projectId,
      compute_id: newComputeId(),
      active_time_ms: frame.activeSeconds * 1_000,
      compute_time_ms: 500_000,
      written_data_bytes: 1_000,
      data_transfer_bytes: 7,
      logical_size_bytes: 4_000,
      synthetic_storage_size_bytes: 5_000,
      logical_size_byte_ms: 4_000 * HOUR_MS,
      synthetic_storage_byte_ms: 5_000 * HOUR_MS,
      observed_ms: HOUR_MS,
      unmeasured_metrics: [...(frame.unmeasured ?? [])],
      updated_at: new Date(start.getTime() + HOUR_MS),
    })
    .execute();
}

describe('the product page’s calls', () => {
  it('for an account tell each hour between the dates of 2024, by period, and nothing for hours that were not observed', async () => {
    const { organizationId } = await measuredOrganization();
    const { status, body } = await admin.api.get(
      `/consumption_history/account?from=2024-06-30T15%3A30%3A00Z&to=2024-07-02T15%3A30%3A00Z&granularity=hourly&org_id=${organizationId}`,
    );
    expect(status).toBe(200);
    expect(
      new NeonContract('2.7.2').problemsOf({ method: 'GET', path: '/consumption_history/account', status, body }),
    ).toEqual([]);
    expect(body.periods.map((period: { period_plan: string }) => period.period_plan)).toEqual(['scale', 'business']);
    expect(body.periods[0].consumption).toEqual([
      {
        timeframe_start: '2024-06-30T15:00:00.000Z',
        timeframe_end: '2024-06-30T16:00:00.000Z',
        active_time_seconds: 3_600,
        compute_time_seconds: 500,
        written_data_bytes: 1_000,
        synthetic_storage_size_bytes: 5_000,
      },
      expect.objectContaining({ timeframe_start: '2024-06-30T16:00:00.000Z', active_time_seconds: 1_800 }),
    ]);
    expect(body.periods[1].consumption).toHaveLength(1);
  });

  it('for projects tell them one by one, in pages of ten', async () => {
    const { organizationId, projectId } = await measuredOrganization();
    const { status, body } = await admin.api.get(
      `/consumption_history/projects?limit=10&from=2024-06-30T00%3A00%3A00Z&to=2024-07-02T00%3A00%3A00Z&granularity=hourly&org_id=${organizationId}`,
    );
    expect(status).toBe(200);
    expect(body.projects).toMatchObject([{ project_id: projectId, periods: [{ period_plan: 'scale' }, {}] }]);
    expect(body).not.toHaveProperty('pagination');
  });

  it('for the billing period are on the list of projects', async () => {
    const { organizationId } = await measuredOrganization();
    const { body } = await admin.api.get(`/projects?org_id=${organizationId}`);
    const [project] = body.projects;
    for (const counter of [
      'active_time_seconds',
      'compute_time_seconds',
      'written_data_bytes',
      'data_transfer_bytes',
    ]) {
      expect(project[counter], counter).toBeTypeOf('number');
    }
    expect(project).toHaveProperty('data_storage_bytes_hour');
    const [start, end] = [new Date(project.consumption_period_start), new Date(project.consumption_period_end)];
    expect([start.getUTCDate(), end.getUTCDate(), start < new Date(), end > new Date()]).toEqual([1, 1, true, true]);
  });
});

describe('history', () => {
  it('has further figures on request, and says which could not be measured', async () => {
    const organization = await newOrganization(web, admin);
    const { project } = await addProject(web.catalogue, organization.id);
    const periodId = await currentPeriodId(organization.id);
    const place = { accountId: organization.id, projectId: project.id, periodId, activeSeconds: 1 };
    await addFrame({ ...place, start: '2024-06-30T15:00:00Z', unmeasured: ['written_data'] });
    const path = `/consumption_history/projects?from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=hourly&org_id=${organization.id}`;
    const { body } = await admin.api.get(`${path}&metrics=logical_size_bytes,data_storage_bytes_hour`);
    const [period] = body.projects[0].periods;
    expect(period.unmeasured_metrics).toEqual(['written_data_bytes']);
    expect(period.consumption[0]).toMatchObject({ logical_size_bytes: 4_000, data_storage_bytes_hour: 5_000 });
    const v2 = path.replace('/projects', '/v2/projects');
    const metrics =
      'metrics=compute_unit_seconds&metrics=root_branch_bytes_month&metrics=private_network_transfer_bytes';
    const second = await admin.api.get(`${v2}&${metrics}`);
    expect(second.body.projects[0].periods[0].consumption[0].metrics).toEqual([
      { metric_name: 'compute_unit_seconds', value: 500 },
      // 4,000 bytes for one of the 720 hours of June.
      { metric_name: 'root_branch_bytes_month', value: 6 },
    ]);
  });

  it('is refused for times before March 2024 and for impossible ranges, always', async () => {
    const ranges = [
      'from=2024-02-29T23:59:59Z&to=2024-03-02T00:00:00Z&granularity=daily',
      'from=2024-07-02T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily',
      'from=2024-03-01T00:00:00Z&to=2026-03-01T00:00:00Z&granularity=hourly',
    ];
    for (const range of ranges) {
      const { status, body } = await admin.api.get(`/consumption_history/account?${range}`);
      expect([status, body.code], range).toEqual([406, 'out_of_range']);
    }
    const first = 'from=2024-03-15T10:00:00Z&to=2024-05-01T00:00:00Z&granularity=monthly';
    expect((await admin.api.get(`/consumption_history/account?${first}`)).status).toBe(200);
  });

  it('is refused beyond Neon’s moving windows only where the operator wants them', async () => {
    const windowed = await startWeb({ POSTERN_CONSUMPTION_WINDOWS: 'yes' });
    onTestFinished(() => windowed.close());
    const { api } = await newCaller(windowed);
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * HOUR_MS).toISOString();
    const ask = async (granularity: string, days: number) => {
      const range = `from=${daysAgo(days)}&to=${daysAgo(0)}&granularity=${granularity}`;
      return (await api.get(`/consumption_history/account?${range}`)).status;
    };
    expect([await ask('hourly', 6), await ask('hourly', 8)]).toEqual([200, 406]);
    expect([await ask('daily', 58), await ask('daily', 62)]).toEqual([200, 406]);
    expect([await ask('monthly', 300), await ask('monthly', 500)]).toEqual([200, 406]);
  });

  it('is not part of the smaller plans, while the billing period is on every one', async () => {
    const range = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';
    const organization = await newOrganization(web, admin);
    await addProject(web.catalogue, organization.id);
    for (const [plan, expected] of [
      ['free', 403],
      ['launch', 403],
      ['scale', 200],
      ['enterprise', 200],
    ] as const) {
      await web.catalogue.db.updateTable('accounts').set({ plan }).where('id', '=', organization.id).execute();
      const { status, body } = await admin.api.get(`/consumption_history/account?${range}&org_id=${organization.id}`);
      expect(status, plan).toBe(expected);
      if (expected === 403) expect(body.code).toBe('plan_gate');
      expect((await admin.api.get(`/consumption/projects?org_id=${organization.id}`)).status).toBe(200);
    }
  });

  it('of single projects is found by their ids', async () => {
    const caller = await newCaller(web);
    const made = [await addProject(web.catalogue, caller.accountId), await addProject(web.catalogue, caller.accountId)];
    const range = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';
    const id = made[0]?.project.id;
    const { body } = await caller.api.get(`/consumption_history/projects?${range}&project_ids=${id}`);
    expect(body.projects).toEqual([{ project_id: id, periods: [] }]);
  });
});

describe('the running billing period', () => {
  it('is told as Neon told it in 2024', async () => {
    const caller = await newCaller(web);
    await addProject(web.catalogue, caller.accountId);
    const { status, body } = await caller.api.get('/consumption/projects');
    expect(
      new NeonContract('1.10.0').problemsOf({ method: 'GET', path: '/consumption/projects', status, body }),
    ).toEqual([]);
    expect(body).toMatchObject({
      periods_in_response: 1,
      projects: [{ period_id: await currentPeriodId(caller.accountId) }],
    });
    const past = await caller.api.get('/consumption/projects?from=2024-06-01T00:00:00Z&to=2024-07-01T00:00:00Z');
    expect(past.body.projects).toEqual([]);
  });
});

async function currentPeriodId(accountId: AccountId): Promise<string> {
  const row = await web.catalogue.db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.id;
}
