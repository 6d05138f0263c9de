import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_API_ROUTES } from '../../../src/http/api/all-routes.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ApiForTests, keepsNeonContract, newCaller, newOrganization } from './api-for-tests.ts';
import { NeonContract } from './neon-contract.ts';
import { OwnContract } from './own-contract.ts';

let web: WebForTests;
let own: OwnContract;

beforeAll(async () => {
  web = await startWeb();
  const response = await fetch(`${web.localUrl}/api/v2/openapi.json`);
  own = new OwnContract(await response.json());
});

afterAll(() => web.close());

const VERSIONS = ['2.7.3', '2.7.2', '1.10.0'] as const;

/** Neon has these no more, or never had. */
const NOT_IN_2_7_3: Readonly<Record<string, '2.7.2' | '1.10.0' | 'ours'>> = {
  'GET /consumption_history/account': '2.7.2',
  'GET /consumption/projects': '1.10.0',
  'POST /organizations/{org_id}/invitations/{invitation_id}/resend': 'ours',
  'DELETE /organizations/{org_id}/invitations/{invitation_id}': 'ours',
};

describe('the OpenAPI document', () => {
  it('is served to anybody, as OpenAPI 3.1, with every route', () => {
    expect(own.version).toBe('3.1.0');
    const documented = own.operations.map(({ method, path }) => `${method} ${path}`);
    const served = ALL_API_ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(documented.toSorted()).toEqual(served.toSorted());
  });

  it('calls each route by Neon’s name', () => {
    const contracts = new Map(VERSIONS.map((version) => [version, new NeonContract(version)]));
    for (const { method, path, operationId } of own.operations) {
      const version = NOT_IN_2_7_3[`${method} ${path}`] ?? '2.7.3';
      if (version === 'ours') continue;
      expect(contracts.get(version)?.findOperation(method, path)?.operationId, `${method} ${path}`).toBe(operationId);
    }
  });

  it('says of parameters what they mean, and that branching is refused', () => {
    const find = (operationId: string) => own.operations.find((operation) => operation.operationId === operationId);
    const limit = { type: 'integer', minimum: 1, maximum: 400, default: 10 };
    expect(find('listProjects')?.parameters.get('limit')).toEqual(limit);
    expect(find('revokeApiKey')?.parameters.get('key_id')).toMatchObject({ type: 'integer', minimum: 1 });
    const metrics = find('getConsumptionHistoryPerProject')?.parameters.get('metrics');
    expect(metrics).toMatchObject({ type: 'array', items: { enum: expect.arrayContaining(['logical_size_bytes']) } });
    expect(find('createProjectBranch')?.responses).not.toHaveProperty('200');
  });

  it('is true of what the routes answer', async () => {
    const seen = new Set<string>();
    const { key } = await newCaller(web);
    const api = new ApiForTests(web.localUrl, key, (reply) => {
      keepsNeonContract(reply);
      expect(own.problemsOf(reply), `${reply.method} ${reply.path}`).toEqual([]);
      seen.add(own.operationIdOf(reply));
    });
    const me = await api.get('/users/me');
    const admin = { userId: me.body.id, email: me.body.email, accountId: me.body.id };
    const { id: orgId } = await newOrganization(web, admin);
    await visitEverything(api, orgId);
    const unseen = own.operations.map(({ operationId }) => operationId).filter((id) => !seen.has(id));
    expect(unseen, 'routes that no reply was seen of').toEqual([]);
  });
});

/** Every route once, with an answer that is no refusal, but for those that refuse by nature. */
async function visitEverything(api: ApiForTests, orgId: string): Promise<void> {
  const organization = `/organizations/${orgId}`;
  for (const path of ['/users/me/organizations', '/auth', '/regions', '/projects/shared', organization])
    await api.get(path);
  const members = await api.get(`${organization}/members`);
  const member = `${organization}/members/${members.body.members[0].member.id}`;
  await api.get(member);
  await api.patch(member, { role: 'admin' });
  await api.delete(member);
  const invited = await api.post(`${organization}/invitations`, {
    invitations: [{ email: 'a@example.com', role: 'member' }],
  });
  await api.get(`${organization}/invitations`);
  const invitation = `${organization}/invitations/${invited.body.invitations[0].id}`;
  await api.post(`${invitation}/resend`);
  await api.delete(invitation);
  await visitKeys(api, organization);
  const made = await api.post('/projects', { project: {} });
  await visitProject(api, made.body);
  const range = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';
  await api.get(`/consumption_history/account?${range}`);
  await api.get(`/consumption_history/projects?${range}`);
  await api.get(`/consumption_history/v2/projects?${range}&org_id=${orgId}&metrics=compute_unit_seconds`);
  await api.get('/consumption/projects');
  await api.get('/projects?limit=1');
  const move = { destination_org_id: orgId, project_ids: [made.body.project.id] };
  expect((await api.post('/users/me/projects/transfer', move)).status).toBe(200);
  expect(
    (await api.post(`${organization}/projects/transfer`, { ...move, destination_org_id: 'org-a-b-1' })).status,
  ).toBe(404);
  expect((await api.delete(`/projects/${made.body.project.id}`)).status).toBe(200);
}

async function visitKeys(api: ApiForTests, organization: string): Promise<void> {
  for (const path of ['/api_keys', `${organization}/api_keys`]) {
    const made = await api.post(path, { key_name: 'x' });
    await api.get(path);
    expect((await api.delete(`${path}/${made.body.id}`)).status).toBe(200);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the reply was checked when it came
async function visitProject(api: ApiForTests, made: any): Promise<void> {
  const project = `/projects/${made.project.id}`;
  const branch = `${project}/branches/${made.branch.id}`;
  const [role, database] = [made.roles[0].name, made.databases[0].name];
  await api.get(project);
  await api.patch(project, { project: { name: 'x' } });
  const shared = await api.post(`${project}/permissions`, { email: 'guest@example.com' });
  await api.get(`${project}/permissions`);
  await api.delete(`${project}/permissions/${shared.body.id}`);
  await api.get(`${project}/connection_uri?database_name=${database}&role_name=${role}`);
  const operations = await api.get(`${project}/operations`);
  await api.get(`${project}/operations/${operations.body.operations[0].id}`);
  for (const path of [`${project}/branches`, `${project}/branches/count`, branch]) await api.get(path);
  for (const isProtected of [true, false]) await api.patch(branch, { branch: { protected: isProtected } });
  for (const path of [`${project}/branches`, `${branch}/restore`, `${branch}/set_as_default`]) await api.post(path);
  await api.delete(branch);
  await visitComputes(api, project, branch);
  await visitDatabasesAndRoles(api, branch, role);
}

async function visitComputes(api: ApiForTests, project: string, branch: string): Promise<void> {
  const endpoint = { branch_id: branch.split('/').at(-1), type: 'read_only' };
  const made = await api.post(`${project}/endpoints`, { endpoint });
  const compute = `${project}/endpoints/${made.body.endpoint.id}`;
  for (const path of [`${project}/endpoints`, `${branch}/endpoints`, compute]) await api.get(path);
  await api.patch(compute, { endpoint: { name: 'reader' } });
  for (const verb of ['suspend', 'start', 'restart']) await api.post(`${compute}/${verb}`);
  expect((await api.delete(compute)).status).toBe(200);
}

async function visitDatabasesAndRoles(api: ApiForTests, branch: string, owner: string): Promise<void> {
  const name = `x_${Date.now()}`;
  await api.post(`${branch}/databases`, { database: { name, owner_name: owner } });
  for (const path of [`${branch}/databases`, `${branch}/databases/${name}`]) await api.get(path);
  await api.patch(`${branch}/databases/${name}`, { database: {} });
  expect((await api.delete(`${branch}/databases/${name}`)).status).toBe(200);
  await api.post(`${branch}/roles`, { role: { name } });
  const role = `${branch}/roles/${name}`;
  for (const path of [`${branch}/roles`, role, `${role}/reveal_password`]) await api.get(path);
  await api.post(`${role}/reset_password`);
  expect((await api.delete(role)).status).toBe(200);
}
