import { ConsumptionHistoryGranularity, createApiClient, EndpointType, MemberRole } from '@neondatabase/api-client';
import {
  createApiClient as createOlderApiClient,
  ConsumptionHistoryGranularity as OlderGranularity,
} from 'neon-api-client-2-7-2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertProjects } from '../../http/api/insert-projects.ts';
import { runPsql, startPsql } from '../../support/nodes/psql.ts';
import { type ApiNode, startApiNode } from './api-node.ts';

let api: ApiNode;

beforeAll(async () => {
  api = await startApiNode();
});

afterAll(() => api.close());

const clientOf = (key = api.key) => createApiClient({ apiKey: key, baseURL: `${api.node.baseUrl}/api/v2` });

describe('the api-client', () => {
  it('creates, connects to, suspends, starts and deletes a project', async () => {
    const client = clientOf();
    const { data: made, status } = await client.createProject({
      project: { name: 'shop', org_id: api.organization.id },
    });
    expect(status).toBe(201);
    const projectId = made.project.id;
    const [endpoint] = made.endpoints;
    expect(endpoint?.type).toBe(EndpointType.ReadWrite);
    const uri = made.connection_uris[0]?.connection_uri ?? '';
    const psql = await runPsql({ args: ['-X', '-At', uri, '-c', 'select current_user'] });
    expect(psql.stdout.trim(), psql.stderr).toBe(made.roles[0]?.name);
    // The client posts these with a form's content type and no body.
    const suspended = await client.suspendProjectEndpoint(projectId, endpoint?.id ?? '');
    expect(suspended.data.endpoint.current_state).toBe('idle');
    const started = await client.startProjectEndpoint(projectId, endpoint?.id ?? '');
    expect(started.data.endpoint.current_state).toBe('active');
    const deleted = await client.deleteProject(projectId);
    expect(deleted.data.project.id).toBe(projectId);
    await expect(client.getProject(projectId)).rejects.toMatchObject({
      response: { status: 404, data: { message: `project "${projectId}" not found` } },
    });
  });

  it('finds the caller, members, invitations, keys and permissions', async () => {
    const client = clientOf();
    const me = await client.getCurrentUserInfo();
    expect(me.data.email).toBe('alex@example.com');
    const { data } = await client.getOrganizationMembers({ orgId: api.organization.id });
    expect(data.members).toHaveLength(1);
    const invited = await client.createOrganizationInvitations(api.organization.id, {
      invitations: [{ email: 'new@example.com', role: MemberRole.Member }],
    });
    expect(invited.data.invitations).toMatchObject([{ email: 'new@example.com' }]);
    const { data: made } = await client.createProject({ project: { org_id: api.organization.id } });
    await client.grantPermissionToProject(made.project.id, { email: 'guest@example.com' });
    const permissions = await client.listProjectPermissions(made.project.id);
    expect(permissions.data.project_permissions).toHaveLength(1);
  });

  it('reads pages of projects to the end', async () => {
    const person = await api.newPerson('pages@example.com');
    const expected = await insertProjects(api.node.postern.catalogue, person.accountId, 200);
    const client = clientOf(person.key);
    const ids: string[] = [];
    for (let cursor: string | undefined; ids.length <= 200; ) {
      const { data } = await client.listProjects({ limit: 100, cursor });
      ids.push(...data.projects.map((project) => project.id));
      cursor = data.pagination?.cursor;
      if (cursor === undefined) break;
    }
    expect(ids).toEqual(expected);
  });

  it('reads consumption, with lists joined by commas', async () => {
    const range = { from: '2024-06-30T15:30:00Z', to: '2024-07-02T15:30:00Z', org_id: api.organization.id };
    const older = createOlderApiClient({ apiKey: api.key, baseURL: `${api.node.baseUrl}/api/v2` });
    const account = await older.getConsumptionHistoryPerAccount({ ...range, granularity: OlderGranularity.Hourly });
    expect(account.data.periods).toEqual([]);
    const { data } = await clientOf().getConsumptionHistoryPerProject({
      ...range,
      granularity: ConsumptionHistoryGranularity.Daily,
      project_ids: ['a-b-1', 'c-d-2'],
    });
    expect(data.projects).toEqual([]);
  });
});

describe('a live connection', () => {
  it('ends with the project, a new role password, or the compute', async () => {
    const client = clientOf();
    const { data: made } = await client.createProject({ project: {} });
    const { project, branch, connection_uris, roles } = made;
    const uri = connection_uris[0]?.connection_uri ?? '';
    const first = startPsql({ args: ['-X', '-At', uri] });
    first.write('select 41 + 1;\n');
    await first.waitForStdout(/42/);
    const { data: reset } = await client.resetProjectBranchRolePassword(project.id, branch.id, roles[0]?.name ?? '');
    first.write('select 1;\n');
    await first.waitForStderr(/access was revoked/);
    const refused = await runPsql({ args: ['-X', uri, '-c', 'select 1'] });
    expect(refused.stderr).toContain('password authentication failed');
    const renewed = new URL(uri);
    renewed.password = reset.role.password ?? '';
    const second = startPsql({ args: ['-X', '-At', renewed.href] });
    second.write('select 41 + 1;\n');
    await second.waitForStdout(/42/);
    await client.deleteProject(project.id);
    second.write('select 1;\n');
    await second.waitForStderr(/terminating connection|server closed the connection/);
    for (const psql of [first, second]) psql.end();
    await Promise.all([first.exit, second.exit]);
  });
});
