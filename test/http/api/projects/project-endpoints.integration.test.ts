import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { postgresUrl } from '../../../support/databases/postgres-for-tests.ts';
import { newCaller, newOrganization } from '../api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a new project', () => {
  it('comes with everything that a client needs to connect', async () => {
    const { api, userId } = await newCaller(web);
    const { status, body } = await api.post('/projects', {
      project: { name: 'shop', branch: {}, annotation_value: {} },
    });
    expect(status).toBe(201);
    expect(body.project).toMatchObject({ name: 'shop', owner_id: userId, pg_version: 18, region_id: 'local' });
    expect(body.project).not.toHaveProperty('org_id');
    expect(body.roles).toHaveLength(1);
    expect(body.databases).toHaveLength(1);
    expect(body.endpoints).toMatchObject([{ type: 'read_write', current_state: 'active' }]);
    expect(body.operations.map((operation: { action: string }) => operation.action)).toEqual([
      'create_timeline',
      'create_compute',
    ]);
    const [{ connection_uri, connection_parameters }] = body.connection_uris;
    const uri = new URL(connection_uri);
    expect(uri.hostname).toBe('localhost');
    expect(uri.username).toBe(body.roles[0].name);
    expect(uri.password).toBe(body.roles[0].password);
    expect(uri.pathname).toBe(`/${body.databases[0].name}`);
    expect(uri.search).toBe(`?sslmode=require&options=endpoint%3D${body.endpoints[0].id}`);
    expect(connection_parameters).toMatchObject({ host: uri.hostname, pooler_host: uri.hostname });
  });

  it('is named after its id by default and belongs to the given organization', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const { body } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    expect(body.project).toMatchObject({ org_id: organization.id, owner_id: organization.id, name: body.project.id });
    const listed = await admin.api.get(`/projects?org_id=${organization.id}`);
    expect(listed.body.projects).toMatchObject([{ id: body.project.id, org_name: 'Example Org' }]);
    expect((await admin.api.get('/projects')).body.projects).toEqual([]);
  });

  it('takes the names that the caller chose, once on a server', async () => {
    const { api } = await newCaller(web);
    const names = { role_name: `role_${Date.now()}`, database_name: `db_${Date.now()}` };
    const { body } = await api.post('/projects', { project: { branch: names } });
    expect(body.databases[0]).toMatchObject({ name: names.database_name, owner_name: names.role_name });
    const again = await api.post('/projects', { project: { branch: names } });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('of a version that no host has is refused with those that there are', async () => {
    const { api } = await newCaller(web);
    const { status, body } = await api.post('/projects', { project: { pg_version: 9 } });
    expect(status).toBe(422);
    expect(body.message).toContain('there is 18 in "local"');
  });

  it('promises no protection that nobody enforces', async () => {
    const { api } = await newCaller(web);
    for (const settings of [{ allowed_ips: { ips: ['192.0.2.1'] } }, { block_public_connections: true }]) {
      expect((await api.post('/projects', { project: { settings } })).status).toBe(422);
    }
  });
});

describe('a project', () => {
  it('is read, renamed and deleted, for real', async () => {
    const { api } = await newCaller(web);
    const { body: made } = await api.post('/projects', { project: {} });
    const path = `/projects/${made.project.id}`;
    expect((await api.patch(path, { project: { name: 'renamed' } })).body.project.name).toBe('renamed');
    expect((await api.get(path)).body.project.name).toBe('renamed');
    expect((await api.delete(path)).body.project).toMatchObject({ id: made.project.id, name: 'renamed' });
    expect((await api.get(path)).status).toBe(404);
    expect(await databasesNamed(made.databases[0].name)).toBe(0);
  });

  it('is found by part of its name or id', async () => {
    const { api } = await newCaller(web);
    const { body } = await api.post('/projects', { project: { name: 'Needle 100%' } });
    await api.post('/projects', { project: { name: 'hay' } });
    for (const search of ['needle', '100%25', body.project.id.slice(2, -2)]) {
      const found = await api.get(`/projects?search=${search}`);
      expect(found.body.projects.map((project: { id: string }) => project.id)).toEqual([body.project.id]);
    }
  });

  it('of somebody else looks like none', async () => {
    const [owner, stranger] = [await newCaller(web), await newCaller(web)];
    const { body } = await owner.api.post('/projects', { project: {} });
    const foreign = await stranger.api.get(`/projects/${body.project.id}`);
    const unknown = await stranger.api.get('/projects/quiet-lake-00000000');
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(foreign.body.message.replace(body.project.id, 'X')).toBe(
      unknown.body.message.replace('quiet-lake-00000000', 'X'),
    );
  });

  it('tells its connection URI, and the branch and compute that are asked for', async () => {
    const { api } = await newCaller(web);
    const { body } = await api.post('/projects', { project: {} });
    const query = `database_name=${body.databases[0].name}&role_name=${body.roles[0].name}`;
    const path = `/projects/${body.project.id}/connection_uri?${query}`;
    const { uri } = (await api.get(path)).body;
    expect(uri).toBe(body.connection_uris[0].connection_uri);
    for (const also of [`branch_id=${body.branch.id}`, `endpoint_id=${body.endpoints[0].id}`, 'pooled=true']) {
      expect((await api.get(`${path}&${also}`)).body.uri).toBe(uri);
    }
    expect((await api.get(`${path}&branch_id=br-no-such-00000000`)).status).toBe(404);
    expect((await api.get(path.replace(body.roles[0].name, 'nobody'))).status).toBe(404);
  });
});

async function databasesNamed(name: string): Promise<number> {
  const client = new pg.Client({ connectionString: postgresUrl() });
  await client.connect();
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
  await client.end();
  return rowCount ?? 0;
}
