import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { type CallerForTests, newCaller, newOrganization } from './api-for-tests.ts';
import { addFrame, currentPeriodId, measuredOrganization } from './measured-organization.ts';
import { NeonContract } from './neon-contract.ts';

let web: WebForTests;
let admin: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  admin = await newCaller(web);
});

afterAll(() => web.close());

const HOUR_MS = 3_600_000;

describe("the calls in Neon's examples", () => {
  it('report each observed hour of an account between the dates of 2024', async () => {
    const { organizationId } = await measuredOrganization(web, admin);
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
    const { organizationId, projectId } = await measuredOrganization(web, admin);
    const { status, body } = await admin.api.get(
      `/consumption_history/projects?limit=10&from=2024-06-30T00%3A00%3A00Z&to=2024-07-02T00%3A00%3A00Z&granularity=hourly&org_id=${organizationId}`,
    );
    expect(status).toBe(200);
    expect(body.projects).toMatchObject([{ project_id: projectId, periods: [{ period_plan: 'scale' }, {}] }]);
    expect(body).not.toHaveProperty('pagination');
  });

  it('for the billing period are on the list of projects', async () => {
    const { organizationId } = await measuredOrganization(web, admin);
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
    const periodId = await currentPeriodId(web, organization.id);
    const place = { accountId: organization.id, projectId: project.id, periodId, activeSeconds: 1 };
    await addFrame(web, { ...place, start: '2024-06-30T15:00:00Z', unmeasured: ['written_data'] });
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
      'from=2024-03-01T00:00:00Z&to=2060-03-01T00:00:00Z&granularity=hourly',
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

  it('of single projects is found by their ids, however a client writes a list', async () => {
    const caller = await newCaller(web);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push((await addProject(web.catalogue, caller.accountId)).project.id);
    }
    const [first = '', second = ''] = ids;
    const range = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';
    const idsFor = async (query: string) => {
      const { body } = await caller.api.get(`/consumption_history/projects?${range}&${query}`);
      return body.projects.map((project: { project_id: string }) => project.project_id).toSorted();
    };
    expect(await idsFor(`project_ids=${first}`)).toEqual([first]);
    const both = [first, second].toSorted();
    expect(await idsFor(`project_ids=${first},${second}`)).toEqual(both);
    expect(await idsFor(`project_ids=${first}&project_ids=${second}`)).toEqual(both);
    // Regression: api-client 1.10.0 writes them so, and got every project.
    expect(await idsFor(`project_ids%5B%5D=${first}&project_ids%5B%5D=${second}`)).toEqual(both);
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
      projects: [{ period_id: await currentPeriodId(web, caller.accountId) }],
    });
    const past = await caller.api.get('/consumption/projects?from=2024-06-01T00:00:00Z&to=2024-07-01T00:00:00Z');
    expect(past.body.projects).toEqual([]);
  });
});
