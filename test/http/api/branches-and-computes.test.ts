import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addProject } from '../../support/catalogue-for-tests.ts';
import { postgresUrl } from '../../support/postgres-for-tests.ts';
import { startWeb, type WebForTests } from '../../support/web-for-tests.ts';
import { type CallerForTests, newCaller } from './api-for-tests.ts';

let web: WebForTests;
let caller: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
});

afterAll(() => web.close());

/** A hosted project with its own paths. */
async function newProject() {
  const { body } = await caller.api.post('/projects', { project: {} });
  const project = `/projects/${body.project.id}`;
  return {
    project,
    branch: `${project}/branches/${body.branch.id}`,
    compute: `${project}/endpoints/${body.endpoints[0].id}`,
    branchId: body.branch.id,
    computeId: body.endpoints[0].id,
    database: body.databases[0].name,
    role: body.roles[0].name,
    password: body.roles[0].password,
  };
}

/** Whether the host itself lets this role in: Postern is not asked. */
async function canConnect(database: string, user: string, password: string): Promise<boolean> {
  const url = new URL(postgresUrl());
  const client = new pg.Client({ host: url.hostname, port: Number(url.port), database, user, password });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

describe('the branch of a project', () => {
  it('is listed, counted, found, renamed and protected', async () => {
    const { project, branch, branchId } = await newProject();
    const listed = await caller.api.get(`${project}/branches`);
    expect(listed.body).toMatchObject({ annotations: {}, branches: [{ id: branchId, name: 'main', default: true }] });
    expect(listed.body.branches[0].primary).toBe(true);
    expect((await caller.api.get(`${project}/branches/count`)).body).toEqual({ count: 1 });
    expect((await caller.api.get(`${project}/branches/count?search=nope`)).body).toEqual({ count: 0 });
    const change = { branch: { name: 'production', protected: true, expires_at: null } };
    expect((await caller.api.patch(branch, change)).body.branch).toMatchObject({ name: 'production', protected: true });
    expect((await caller.api.get(branch)).body.branch.name).toBe('production');
  });

  it('has a last page, however small the pages are', async () => {
    const { project } = await newProject();
    const first = await caller.api.get(`${project}/branches?limit=1`);
    expect(first.body.pagination.next).toBeTypeOf('string');
    const second = await caller.api.get(`${project}/branches?limit=1&cursor=${first.body.pagination.next}`);
    expect(second.body.branches).toEqual([]);
    expect(second.body.pagination).not.toHaveProperty('next');
  });

  it('is the only one: branching is refused plainly', async () => {
    const { project, branch } = await newProject();
    for (const reply of [
      await caller.api.post(`${project}/branches`, {}),
      await caller.api.post(`${branch}/restore`, { source_branch_id: 'br-a-b-c' }),
      await caller.api.post(`${branch}/set_as_default`),
      await caller.api.delete(branch),
    ]) {
      expect(reply).toMatchObject({ status: 422, body: { code: 'not_offered' } });
      expect(reply.body.message).toContain('branching is not offered here');
    }
  });
});

describe('databases', () => {
  it('are made, renamed, given away and dropped for real', async () => {
    const { branch, role, password, project } = await newProject();
    const name = `more_${Date.now()}`;
    const made = await caller.api.post(`${branch}/databases`, { database: { name, owner_name: role } });
    expect(made.status).toBe(201);
    expect(made.body.operations).toMatchObject([{ action: 'apply_config', status: 'finished' }]);
    expect(await canConnect(name, role, password)).toBe(true);
    const again = await caller.api.post(`${branch}/databases`, { database: { name, owner_name: role } });
    expect(again.status).toBe(409);
    const renamed = await caller.api.patch(`${branch}/databases/${name}`, { database: { name: `${name}_2` } });
    expect(renamed.body.database.name).toBe(`${name}_2`);
    expect((await caller.api.get(`${branch}/databases/${name}`)).status).toBe(404);
    expect((await caller.api.get(`${branch}/databases/${name}_2`)).body.database.id).toBe(made.body.database.id);
    expect((await caller.api.delete(`${branch}/databases/${name}_2`)).status).toBe(200);
    expect(await canConnect(`${name}_2`, role, password)).toBe(false);
    const operations = await caller.api.get(`${project}/operations`);
    expect(operations.body.operations.length).toBeGreaterThanOrEqual(5);
    const { id } = operations.body.operations[0];
    expect((await caller.api.get(`${project}/operations/${id}`)).body.operation.id).toBe(id);
  });

  it('of a project are never none', async () => {
    const { branch, database } = await newProject();
    expect((await caller.api.delete(`${branch}/databases/${database}`)).status).toBe(409);
  });

  it('may have names that a path must escape', async () => {
    const { branch, role } = await newProject();
    const name = `a/b %${Date.now()}?`;
    await caller.api.post(`${branch}/databases`, { database: { name, owner_name: role } });
    const found = await caller.api.get(`${branch}/databases/${encodeURIComponent(name)}`);
    expect(found.body.database.name).toBe(name);
  });
});

describe('database roles', () => {
  it('are made with a password that works, which can be revealed and replaced', async () => {
    const { branch, database } = await newProject();
    const name = `app_${Date.now()}`;
    const made = await caller.api.post(`${branch}/roles`, { role: { name } });
    expect(made.status).toBe(201);
    const first = made.body.role.password;
    expect(await canConnect(database, name, first)).toBe(true);
    const revealed = await caller.api.get(`${branch}/roles/${name}/reveal_password`);
    expect(revealed.body).toEqual({ password: first });
    expect(revealed.headers.get('cache-control')).toBe('no-store');
    const reset = await caller.api.post(`${branch}/roles/${name}/reset_password`);
    expect(reset.body.role.password).not.toBe(first);
    expect(await canConnect(database, name, first)).toBe(false);
    expect(await canConnect(database, name, reset.body.role.password)).toBe(true);
    expect((await caller.api.get(`${branch}/roles/${name}`)).body.role).not.toHaveProperty('password');
    expect((await caller.api.delete(`${branch}/roles/${name}`)).status).toBe(200);
    expect((await caller.api.get(`${branch}/roles/${name}`)).status).toBe(404);
  });

  it('of a new project are one, so that a connection string is for it; its own role stays', async () => {
    const { branch, role } = await newProject();
    const { body } = await caller.api.get(`${branch}/roles`);
    expect(body.roles).toMatchObject([{ name: role, protected: true }]);
    expect((await caller.api.delete(`${branch}/roles/${role}`)).status).toBe(409);
  });

  it('tell no password where none is stored', async () => {
    const { body } = await caller.api.post('/projects', { project: { store_passwords: false } });
    const path = `/projects/${body.project.id}/branches/${body.branch.id}/roles/${body.roles[0].name}`;
    expect(await caller.api.get(`${path}/reveal_password`)).toMatchObject({ status: 412 });
  });
});

describe('a compute', () => {
  it('that is suspended lets nobody in until it is started', async () => {
    const { compute, database, role, password, project } = await newProject();
    const suspended = await caller.api.post(`${compute}/suspend`);
    expect(suspended.body.endpoint.current_state).toBe('idle');
    expect(await canConnect(database, role, password)).toBe(false);
    const started = await caller.api.post(`${compute}/start`);
    expect(started.body.endpoint.current_state).toBe('active');
    expect(await canConnect(database, role, password)).toBe(true);
    const restarted = await caller.api.post(`${compute}/restart`);
    expect(restarted.body.operations.map((operation: { action: string }) => operation.action)).toEqual([
      'suspend_compute',
      'start_compute',
    ]);
    expect((await caller.api.get(`${project}/endpoints`)).body.endpoints).toMatchObject([{ current_state: 'active' }]);
  });

  it('is named, sized and closed to links', async () => {
    const { compute, branch } = await newProject();
    const change = {
      name: 'primary',
      autoscaling_limit_min_cu: 0.5,
      autoscaling_limit_max_cu: 2,
      passwordless_access: false,
    };
    const { body } = await caller.api.patch(compute, { endpoint: { ...change, suspend_timeout_seconds: 300 } });
    expect(body.endpoint).toMatchObject({ ...change, suspend_timeout_seconds: 300 });
    expect((await caller.api.patch(compute, { endpoint: { autoscaling_limit_min_cu: 0.1 } })).status).toBe(400);
    expect((await caller.api.get(`${branch}/endpoints`)).body.endpoints).toMatchObject([change]);
    expect((await caller.api.get(compute)).body.endpoint).toMatchObject(change);
  });

  it('for reading can be added to a hosted project and removed, while the one that writes stays', async () => {
    const { project, compute, branchId, database, role, password } = await newProject();
    const add = (type: string) => caller.api.post(`${project}/endpoints`, { endpoint: { branch_id: branchId, type } });
    expect((await add('read_write')).status).toBe(409);
    const made = await add('read_only');
    expect(made).toMatchObject({ status: 201, body: { endpoint: { type: 'read_only', current_state: 'active' } } });
    const reader = `${project}/endpoints/${made.body.endpoint.id}`;
    await caller.api.post(`${reader}/suspend`);
    expect(await canConnect(database, role, password)).toBe(true);
    expect((await caller.api.delete(compute)).status).toBe(409);
    expect((await caller.api.delete(reader)).status).toBe(200);
    expect((await caller.api.get(reader)).status).toBe(404);
  });

  it('of an attached project is not made here, nor are its databases and roles', async () => {
    const { project, branchId } = await addProject(web.catalogue, caller.accountId);
    const path = `/projects/${project.id}`;
    const endpoint = { branch_id: branchId, type: 'read_only' };
    expect((await caller.api.post(`${path}/endpoints`, { endpoint })).status).toBe(422);
    const role = { name: 'more' };
    expect((await caller.api.post(`${path}/branches/${branchId}/roles`, { role })).status).toBe(422);
  });
});

describe('what is changed', () => {
  it('is in the audit trail with the key that changed it', async () => {
    const { branch, role } = await newProject();
    await caller.api.get(`${branch}/roles/${role}/reveal_password`);
    const rows = await web.catalogue.db
      .selectFrom('audit_events')
      .select('body')
      .where('event', '=', 'role.changed')
      .execute();
    const revealed = rows.filter(({ body }) => JSON.stringify(body).includes(`"${role}"`));
    expect(revealed).toMatchObject([
      { body: { actor_type: 'api_key', actor_email: caller.email, reason: 'revealed' } },
    ]);
  });
});
