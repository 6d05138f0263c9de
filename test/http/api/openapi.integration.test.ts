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
  'GET /organizations/{org_id}/access_rules': 'ours',
  'POST /organizations/{org_id}/access_rules': 'ours',
  'POST /organizations/{org_id}/access_rules/start': 'ours',
  'PATCH /organizations/{org_id}/access_rules/{rule_id}': 'ours',
  'DELETE /organizations/{org_id}/access_rules/{rule_id}': 'ours',
  'GET /organizations/{org_id}/access_requests': 'ours',
  'GET /users/me/access_requests': 'ours',
  'GET /access_requests/{request_id}': 'ours',
  'DELETE /access_requests/{request_id}': 'ours',
  'POST /projects/{project_id}/access_requests': 'ours',
  'GET /organizations/{org_id}/break_glass_people': 'ours',
  'POST /organizations/{org_id}/break_glass_people': 'ours',
  'DELETE /organizations/{org_id}/break_glass_people/{user_id}': 'ours',
  'GET /organizations/{org_id}/broken_glass': 'ours',
  'GET /organizations/{org_id}/second_factor': 'ours',
  'PATCH /organizations/{org_id}/second_factor': 'ours',
  'GET /organizations/{org_id}/on_call_keys': 'ours',
  'POST /organizations/{org_id}/on_call_keys': 'ours',
  'DELETE /organizations/{org_id}/on_call_keys/{on_call_key_id}': 'ours',
  'GET /organizations/{org_id}/on_call_approvals': 'ours',
  'POST /organizations/{org_id}/on_call_approvals': 'ours',
  'GET /projects/{project_id}/access_rules': 'ours',
  'POST /projects/{project_id}/access_rules': 'ours',
  'PATCH /projects/{project_id}/access_rules/{rule_id}': 'ours',
  'DELETE /projects/{project_id}/access_rules/{rule_id}': 'ours',
  'GET /projects/{project_id}/access_decision': 'ours',
  'GET /organizations/{org_id}/notification_targets': 'ours',
  'POST /organizations/{org_id}/notification_targets': 'ours',
  'DELETE /organizations/{org_id}/notification_targets/{target_id}': 'ours',
  'POST /organizations/{org_id}/notification_targets/{target_id}/test': 'ours',
  'GET /organizations/{org_id}/scim_keys': 'ours',
  'POST /organizations/{org_id}/scim_keys': 'ours',
  'DELETE /organizations/{org_id}/scim_keys/{scim_key_id}': 'ours',
  'GET /organizations/{org_id}/teams': 'ours',
  'POST /organizations/{org_id}/teams': 'ours',
  'GET /organizations/{org_id}/teams/{team_id}': 'ours',
  'PATCH /organizations/{org_id}/teams/{team_id}': 'ours',
  'DELETE /organizations/{org_id}/teams/{team_id}': 'ours',
  'POST /organizations/{org_id}/teams/{team_id}/members': 'ours',
  'DELETE /organizations/{org_id}/teams/{team_id}/members/{user_id}': 'ours',
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
  await visitTeams(api, organization, members.body.members[0].member.user_id);
  const rules = `${organization}/access_rules`;
  await visitRules(api, rules);
  await visitRequests(api, orgId);
  await visitSecondFactor(api, orgId);
  await visitGlassAndOnCall(api, orgId, members.body.members[0].member.user_id);
  await api.post(`${rules}/start`, { set: 'everyone' });
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

async function visitTeams(api: ApiForTests, organization: string, userId: string): Promise<void> {
  const made = await api.post(`${organization}/teams`, { name: 'Data' });
  const team = `${organization}/teams/${made.body.id}`;
  await api.post(`${team}/members`, { user_id: userId });
  for (const path of [`${organization}/teams`, team]) await api.get(path);
  await api.patch(team, { name: 'Web' });
  await api.delete(`${team}/members/${userId}`);
  expect((await api.delete(team)).status).toBe(200);
  const targets = `${organization}/notification_targets`;
  const chat = { name: 'Chat', format: 'json', url: 'https://chat.example/x', classes: ['keys'] };
  const target = await api.post(targets, chat);
  expect((await api.get(targets)).body.notification_targets[0].host).toBe('chat.example');
  expect((await api.post(`${targets}/${target.body.id}/test`, {})).status).toBe(200);
  expect((await api.delete(`${targets}/${target.body.id}`)).status).toBe(200);
  const key = await api.post(`${organization}/scim_keys`, { name: 'Okta' });
  expect((await api.get(`${organization}/scim_keys`)).body.scim_keys).toHaveLength(1);
  expect((await api.delete(`${organization}/scim_keys/${key.body.id}`)).status).toBe(200);
}

async function visitRules(api: ApiForTests, rules: string): Promise<void> {
  const made = await api.post(rules, { subject: { kind: 'members' }, grants: { roles: 'read_only' } });
  await api.get(rules);
  await api.patch(`${rules}/${made.body.id}`, { grants: { doors: ['link'], longest_approval_seconds: 3600 } });
  expect((await api.delete(`${rules}/${made.body.id}`)).status).toBe(200);
}

/** Under a rule that asks for a reason only. */
async function visitRequests(api: ApiForTests, orgId: string): Promise<void> {
  const rules = `/organizations/${orgId}/access_rules`;
  await api.post(`${rules}/start`, { set: 'strict' });
  await api.post(rules, { subject: { kind: 'members' }, grants: { doors: ['link'], reason: 'required' } });
  const made = await api.post('/projects', { project: { org_id: orgId } });
  const body = { endpoint_id: made.body.endpoints[0].id, reason: 'Ticket 4711' };
  const asked = await api.post(`/projects/${made.body.project.id}/access_requests`, body);
  expect(asked.body.state).toBe('approved');
  await api.get('/users/me/access_requests?state=approved');
  await api.get(`/organizations/${orgId}/access_requests`);
  await api.get(`/access_requests/${asked.body.id}`);
  expect((await api.delete(`/access_requests/${asked.body.id}`)).body.state).toBe('withdrawn');
}

async function visitSecondFactor(api: ApiForTests, orgId: string): Promise<void> {
  const path = `/organizations/${orgId}/second_factor`;
  expect((await api.get(path)).status).toBe(200);
  expect((await api.patch(path, { demanded: false })).status).toBe(200);
}

async function visitGlassAndOnCall(api: ApiForTests, orgId: string, userId: string): Promise<void> {
  const organization = `/organizations/${orgId}`;
  await api.post(`${organization}/break_glass_people`, { user_id: userId });
  await api.get(`${organization}/break_glass_people`);
  await api.get(`${organization}/broken_glass`);
  expect((await api.delete(`${organization}/break_glass_people/${userId}`)).status).toBe(200);
  const key = await api.post(`${organization}/on_call_keys`, { name: 'pager' });
  const { body } = await api.post('/projects', { project: { org_id: orgId } });
  const schedule = api.withKey(key.body.key);
  const shift = { user_id: userId, project_id: body.project.id, duration_seconds: 3_600, reason: 'shift' };
  const approved = await schedule.post(`${organization}/on_call_approvals`, shift);
  expect(approved.status, JSON.stringify(approved.body)).toBe(201);
  await api.get(`${organization}/on_call_approvals`);
  expect((await schedule.delete(`/access_requests/${approved.body.id}`)).body.state).toBe('withdrawn');
  expect((await schedule.get(`${organization}/members`)).status).toBe(403);
  await api.get(`${organization}/on_call_keys`);
  await api.delete(`${organization}/on_call_keys/${key.body.id}`);
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
  await visitRules(api, `${project}/access_rules`);
  const me = await api.get('/users/me');
  const asked = new URLSearchParams({ user_id: me.body.id, endpoint_id: made.endpoints[0].id });
  await api.get(`${project}/access_decision?${asked}`);
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
