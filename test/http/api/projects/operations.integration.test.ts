import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { newCaller } from '../api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the operations of a project', () => {
  it('name each step that making it took on the host', async () => {
    const { api } = await newCaller(web);
    const { body } = await api.post('/projects', { project: { name: 'shop' } });
    const { operations, roles, databases } = body;
    const [creation] = operations;
    const path = `/projects/${body.project.id}/operations`;
    expect((await api.get(`${path}/${creation.id}`)).body.operation).toMatchObject({
      action: 'create_timeline',
      status: 'finished',
      branch_id: body.branch.id,
      steps: [
        { action: 'create_role', name: roles[0].name, status: 'finished' },
        { action: 'create_role', status: 'finished' },
        { action: 'create_database', name: databases[0].name, status: 'finished' },
      ],
    });
    expect((await api.get(path)).body.operations.map(({ action }: { action: string }) => action)).toEqual([
      'create_compute',
      'create_timeline',
    ]);
  });

  it('can be read by its owner, and by nobody else, after the project was deleted', async () => {
    const { api } = await newCaller(web);
    const { project } = (await api.post('/projects', { project: { name: 'shop' } })).body;
    expect((await api.delete(`/projects/${project.id}`)).status).toBe(200);
    const path = `/projects/${project.id}/operations`;
    const [deletion] = (await api.get(path)).body.operations;
    expect(deletion).toMatchObject({ action: 'delete_timeline', status: 'finished' });
    const stranger = await newCaller(web, 'stranger');
    expect((await stranger.api.get(path)).status).toBe(404);
    expect((await stranger.api.get(`${path}/${deletion.id}`)).status).toBe(404);
  });
});
