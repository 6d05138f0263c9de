import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { type CallerForTests, newCaller } from '../api-for-tests.ts';
import { canConnect, newHostedProject } from '../hosted-project.ts';

let web: WebForTests;
let caller: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
});

afterAll(() => web.close());

describe('the branch of a project', () => {
  it('is listed, counted, found, renamed and protected', async () => {
    const { project, branch, branchId } = await newHostedProject(caller.api);
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
    const { project } = await newHostedProject(caller.api);
    const first = await caller.api.get(`${project}/branches?limit=1`);
    expect(first.body.pagination.next).toBeTypeOf('string');
    const second = await caller.api.get(`${project}/branches?limit=1&cursor=${first.body.pagination.next}`);
    expect(second.body.branches).toEqual([]);
    expect(second.body.pagination).not.toHaveProperty('next');
  });

  it('is the only one: branching is refused plainly', async () => {
    const { project, branch } = await newHostedProject(caller.api);
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

describe('a compute', () => {
  it('that is suspended lets nobody in until it is started', async () => {
    const { compute, database, role, password, project } = await newHostedProject(caller.api);
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
    const { compute, branch } = await newHostedProject(caller.api);
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

  it('for reading can be added to a hosted project and removed', async () => {
    const { project, compute, branchId, database, role, password } = await newHostedProject(caller.api);
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
