import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { type CallerForTests, newCaller } from '../api-for-tests.ts';
import { newHostedProject } from '../hosted-project.ts';

let web: WebForTests;
let caller: CallerForTests;
let shop: Awaited<ReturnType<typeof newHostedProject>>;

beforeAll(async () => {
  web = await startWeb({ POSTERN_PG_PUBLIC_HOST: 'pg.example.com', POSTERN_PG_PUBLIC_PORT: '6543' });
  caller = await newCaller(web);
  shop = await newHostedProject(caller.api);
});

afterAll(() => web.close());

describe('a role', () => {
  // Clients pick the first role that is not protected, and found none.
  it('is protected only when it is not for use by people', async () => {
    const { body } = await caller.api.get(`${shop.branch}/roles`);
    expect(body.roles).toMatchObject([{ name: shop.role, protected: false }]);
    const picked = body.roles.find((role: { protected: boolean }) => !role.protected).name;
    const query = `database_name=${shop.database}&role_name=${picked}`;
    expect((await caller.api.get(`${shop.project}/connection_uri?${query}`)).status).toBe(200);
    const made = await caller.api.post(`${shop.branch}/roles`, { role: { name: `${shop.role}_app` } });
    expect(made.body.role.protected).toBe(false);
  });
});

describe('where clients connect', () => {
  it('is a host without a port, and the public port beside it', async () => {
    const { body } = await caller.api.get(shop.compute);
    expect(body.endpoint).toMatchObject({ proxy_host: 'pg.example.com', port: 6543 });
    // neonctl makes its URIs of this one alone.
    expect(body.endpoint.host).toBe('pg.example.com:6543');
    const { project } = (await caller.api.get(shop.project)).body;
    expect(project.proxy_host).toBe('pg.example.com');
  });

  it('is in every URI with the public port', async () => {
    const query = `database_name=${shop.database}&role_name=${shop.role}`;
    const { body } = await caller.api.get(`${shop.project}/connection_uri?${query}`);
    expect(new URL(body.uri).host).toBe('pg.example.com:6543');
    const made = await caller.api.post('/projects', { project: {} });
    const [details] = made.body.connection_uris;
    expect(new URL(details.connection_uri).host).toBe('pg.example.com:6543');
    expect(details.connection_parameters).toMatchObject({ host: 'pg.example.com', port: 6543 });
  });
});

describe('a query', () => {
  it.each(['/projects', '/projects/shared', '/consumption/projects'])(
    'of %s with empty values is one without',
    async (path) => {
      const [plain, empty] = [
        await caller.api.get(path),
        await caller.api.get(`${path}?limit=&cursor=&search=&org_id=`),
      ];
      expect([empty.status, empty.body.projects]).toEqual([200, plain.body.projects]);
    },
  );

  it('of branches with empty values is one without', async () => {
    const { status, body } = await caller.api.get(`${shop.project}/branches?sort_by=&sort_order=&search=&limit=`);
    expect([status, body.branches.length]).toEqual([200, 1]);
  });

  it('needs what is required, also when it is there and empty', async () => {
    const { status, body } = await caller.api.get(`${shop.project}/connection_uri?database_name=&role_name=x`);
    expect([status, body.message]).toEqual([400, expect.stringContaining('database_name')]);
  });

  it('may have a time with an offset whose plus sign is not escaped', async () => {
    const period = 'to=2026-01-02T00:00:00%2B02:00&granularity=daily';
    const range = `from=2026-01-01T00:00:00+02:00&${period}`;
    const account = await caller.api.get(`/consumption_history/account?${range}`);
    expect(account.status).toBe(200);
    expect((await caller.api.get(`/consumption/projects?from=2026-01-01T00:00:00+02:00`)).status).toBe(200);
    const wrong = await caller.api.get(`/consumption_history/account?from=2026-01-01 00:00&${period}`);
    expect(wrong.status).toBe(400);
  });
});
