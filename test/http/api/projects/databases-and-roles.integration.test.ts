import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { type CallerForTests, newCaller } from '../api-for-tests.ts';
import { canConnect, newHostedProject } from '../hosted-project.ts';

let web: WebForTests;
let caller: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
});

afterAll(() => web.close());

describe('databases', () => {
  it('are made, renamed, given away and dropped for real', async () => {
    const { branch, role, password, project } = await newHostedProject(caller.api);
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
    const { branch, database } = await newHostedProject(caller.api);
    expect((await caller.api.delete(`${branch}/databases/${database}`)).status).toBe(409);
  });

  it('may have names that a path must escape', async () => {
    const { branch, role } = await newHostedProject(caller.api);
    const name = `a/b %${Date.now()}?`;
    await caller.api.post(`${branch}/databases`, { database: { name, owner_name: role } });
    const found = await caller.api.get(`${branch}/databases/${encodeURIComponent(name)}`);
    expect(found.body.database.name).toBe(name);
  });
});

describe('database roles', () => {
  it('are made with a password that works, which can be revealed and replaced', async () => {
    const { branch, database } = await newHostedProject(caller.api);
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

  it('of a new project are one, which cannot be deleted', async () => {
    const { branch, role } = await newHostedProject(caller.api);
    const { body } = await caller.api.get(`${branch}/roles`);
    expect(body.roles).toMatchObject([{ name: role, protected: false }]);
    expect((await caller.api.delete(`${branch}/roles/${role}`)).status).toBe(409);
  });

  it('tell no password where none is stored', async () => {
    const { body } = await caller.api.post('/projects', { project: { store_passwords: false } });
    const path = `/projects/${body.project.id}/branches/${body.branch.id}/roles/${body.roles[0].name}`;
    expect(await caller.api.get(`${path}/reveal_password`)).toMatchObject({ status: 412 });
  });
});

describe('what is changed', () => {
  it('is in the audit trail with the key that changed it', async () => {
    const { branch, role } = await newHostedProject(caller.api);
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
