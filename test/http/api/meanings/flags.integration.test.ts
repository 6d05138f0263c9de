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

const actionsOf = (body: { operations: Array<{ action: string }> }) => body.operations.map(({ action }) => action);

describe('a disabled compute', () => {
  // It stayed active, without an operation, and could be started.
  it('is suspended, and nothing starts it until it is enabled', async () => {
    const { compute, database, role, password } = await newHostedProject(caller.api);
    const disabled = await caller.api.patch(compute, { endpoint: { disabled: true } });
    expect(disabled.body.endpoint).toMatchObject({ disabled: true, current_state: 'idle' });
    expect(actionsOf(disabled.body)).toEqual(['suspend_compute']);
    expect(await canConnect(database, role, password)).toBe(false);
    for (const verb of ['start', 'restart']) {
      const refused = await caller.api.post(`${compute}/${verb}`);
      expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('is disabled')]);
    }
    expect(await canConnect(database, role, password)).toBe(false);

    const enabled = await caller.api.patch(compute, { endpoint: { disabled: false } });
    expect(enabled.body.endpoint).toMatchObject({ disabled: false, current_state: 'idle' });
    const started = await caller.api.post(`${compute}/start`);
    expect(started.body.endpoint.current_state).toBe('active');
    expect(await canConnect(database, role, password)).toBe(true);
  });

  it('is idle from the start when it is made so, and of an attached server, too', async () => {
    const { project, branchId, database, role, password } = await newHostedProject(caller.api);
    const endpoint = { branch_id: branchId, type: 'read_only', disabled: true };
    const made = await caller.api.post(`${project}/endpoints`, { endpoint });
    expect(made.body.endpoint).toMatchObject({ disabled: true, current_state: 'idle' });
    expect(await canConnect(database, role, password)).toBe(true);
    const attached = await addProject(web.catalogue, caller.accountId);
    const path = `/projects/${attached.project.id}/endpoints/${attached.compute.id}`;
    const { body } = await caller.api.patch(path, { endpoint: { disabled: true } });
    expect(body.endpoint).toMatchObject({ disabled: true, current_state: 'idle' });
    expect((await caller.api.post(`${path}/start`)).status).toBe(409);
  });
});

describe('a protected branch', () => {
  // The flag was stored and shown, and protected nothing.
  it('keeps its project and its computes from being deleted', async () => {
    const { project, branch, branchId, database, role, password } = await newHostedProject(caller.api);
    const endpoint = { branch_id: branchId, type: 'read_only' };
    const reader = (await caller.api.post(`${project}/endpoints`, { endpoint })).body.endpoint.id;
    await caller.api.patch(branch, { branch: { protected: true } });
    for (const path of [project, `${project}/endpoints/${reader}`]) {
      const refused = await caller.api.delete(path);
      expect([refused.status, refused.body.message]).toEqual([409, expect.stringContaining('"main" is protected')]);
    }
    expect(await canConnect(database, role, password)).toBe(true);
    await caller.api.patch(branch, { branch: { protected: false } });
    expect((await caller.api.delete(`${project}/endpoints/${reader}`)).status).toBe(200);
    expect((await caller.api.delete(project)).status).toBe(200);
  });

  it('keeps an attached project, too', async () => {
    const { project, branchId } = await addProject(web.catalogue, caller.accountId);
    const path = `/projects/${project.id}`;
    await caller.api.patch(`${path}/branches/${branchId}`, { branch: { protected: true } });
    expect((await caller.api.delete(path)).status).toBe(409);
  });
});

describe('the settings for new computes', () => {
  it('are those of a compute that is added without its own', async () => {
    const { project, branchId } = await newHostedProject(caller.api);
    const sizes = { autoscaling_limit_min_cu: 0.5, autoscaling_limit_max_cu: 1, suspend_timeout_seconds: 600 };
    await caller.api.patch(project, { project: { default_endpoint_settings: sizes } });
    const add = (own: object) =>
      caller.api.post(`${project}/endpoints`, { endpoint: { branch_id: branchId, type: 'read_only', ...own } });
    expect((await add({})).body.endpoint).toMatchObject(sizes);
    const own = { autoscaling_limit_min_cu: 2, suspend_timeout_seconds: -1 };
    expect((await add(own)).body.endpoint).toMatchObject({ ...own, autoscaling_limit_max_cu: 2 });
  });
});

describe('a setting that nothing here would apply', () => {
  const asked = [
    { settings: { enable_logical_replication: true } },
    { settings: { block_vpc_connections: true } },
    { settings: { hipaa: true } },
    { settings: { audit_log_level: 'full' } },
    { settings: { quota: { logical_size_bytes: 1 } } },
    { settings: { preload_libraries: { enabled_libraries: ['pg_cron'] } } },
    { default_endpoint_settings: { pg_settings: { work_mem: '1GB' } } },
    { default_endpoint_settings: { pgbouncer_settings: { default_pool_size: 10 } } },
  ];

  it.each(asked)('is refused for a project instead of shown as if it held: %j', async (project) => {
    const { project: path } = await newHostedProject(caller.api);
    for (const reply of [await caller.api.post('/projects', { project }), await caller.api.patch(path, { project })]) {
      expect([reply.status, reply.body.code]).toEqual([422, 'not_offered']);
    }
  });

  it('is refused for a compute', async () => {
    const { compute, project, branchId } = await newHostedProject(caller.api);
    const settings = { pg_settings: { work_mem: '1GB' } };
    expect((await caller.api.patch(compute, { endpoint: { settings } })).status).toBe(422);
    const endpoint = { branch_id: branchId, type: 'read_only', settings };
    expect((await caller.api.post(`${project}/endpoints`, { endpoint })).status).toBe(422);
  });

  // Terraform sends it with every project, and asks for what it sent at each plan.
  it('is kept where clients send it by default', async () => {
    const { project } = await newHostedProject(caller.api);
    const changed = await caller.api.patch(project, { project: { history_retention_seconds: 86_400 } });
    expect([changed.status, changed.body.project?.history_retention_seconds]).toEqual([200, 86_400]);
  });

  it('passes where it asks for nothing', async () => {
    const project = {
      settings: {
        quota: { logical_size_bytes: 0 },
        allowed_ips: { ips: [], protected_branches_only: false },
        enable_logical_replication: false,
        audit_log_level: 'base',
        preload_libraries: { use_defaults: true, enabled_libraries: [] },
      },
      default_endpoint_settings: { pg_settings: {} },
    };
    expect((await caller.api.post('/projects', { project })).status).toBe(201);
  });
});
