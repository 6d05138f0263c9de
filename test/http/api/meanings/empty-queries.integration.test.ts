import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_API_ROUTES } from '../../../../src/http/api/all-routes.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { type CallerForTests, newCaller } from '../api-for-tests.ts';
import { newHostedProject } from '../hosted-project.ts';
import { measuredOrganization } from '../measured-organization.ts';

let web: WebForTests;
let caller: CallerForTests;
let places: Readonly<Record<string, string>>;
let required: Readonly<Record<string, string>>;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
  const hosted = await newHostedProject(caller.api);
  const { organizationId } = await measuredOrganization(web, caller);
  places = { '{project_id}': hosted.project.replace('/projects/', ''), '{org_id}': organizationId };
  required = {
    ...{ database_name: hosted.database, role_name: hosted.role, org_id: organizationId },
    ...{ from: '2024-06-30T00:00:00Z', to: '2024-07-02T00:00:00Z', granularity: 'hourly' },
    ...{ metrics: 'compute_unit_seconds', user_id: caller.userId, endpoint_id: hosted.computeId },
  };
});

afterAll(() => web.close());

const asked = ALL_API_ROUTES.filter(({ method, query }) => method === 'get' && Object.keys(query.shape).length > 0);

const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, (name) => places[name] ?? `no ${name}`);

const requiredOf = ({ query }: (typeof asked)[number]) => {
  const fields = Object.entries(query.shape).filter(([, field]) => !field.safeParse(undefined).success);
  return fields.map(([name]) => name);
};

describe('an empty value in the query of', () => {
  it.each(asked.map((route) => [route.path, route] as const))('%s counts as absent', async (path, route) => {
    const needed = requiredOf(route);
    const filled = needed.map((name) => [name, required[name] ?? '']);
    const empty = Object.keys(route.query.shape).filter((name) => !needed.includes(name));
    const send = (pairs: string[][]) => caller.api.get(`${pathOf(path)}?${new URLSearchParams(pairs)}`);
    const plain = await send(filled);
    expect(plain.status, JSON.stringify(plain.body)).toBe(200);
    const once = empty.map((name) => [name, '']);
    for (const pairs of [once, [...once, ...once], empty.map((name) => [`${name}[]`, ''])]) {
      expect((await send([...filled, ...pairs])).body, `with ${new URLSearchParams(pairs)}`).toEqual(plain.body);
    }
  });

  it.each(asked.flatMap((route) => requiredOf(route).map((name) => [name, route.path, route] as const)))(
    '%s of %s is told to be missing',
    async (name, path, route) => {
      const others = requiredOf(route).filter((other) => other !== name);
      const pairs = [...others.map((other) => [other, required[other] ?? '']), [name, '']];
      const { status, body } = await caller.api.get(`${pathOf(path)}?${new URLSearchParams(pairs)}`);
      expect([status, body.message]).toEqual([400, expect.stringContaining(name)]);
    },
  );

  it('a list may be commas alone, which ask for nothing in particular', async () => {
    const { from, to, granularity, org_id } = required;
    const query = new URLSearchParams({ from, to, granularity, org_id } as Record<string, string>);
    const plain = await caller.api.get(`/consumption_history/projects?${query}`);
    expect(plain.body.projects).toHaveLength(1);
    for (const list of ['project_ids=,', 'project_ids=&project_ids=', 'metrics=,,']) {
      expect((await caller.api.get(`/consumption_history/projects?${query}&${list}`)).body).toEqual(plain.body);
    }
    const v2 = await caller.api.get(`/consumption_history/v2/projects?${query}&metrics=,`);
    expect([v2.status, v2.body.message]).toEqual([400, expect.stringContaining('metrics')]);
  });
});
