import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type CallerForTests, newCaller, newOrganization, useUpMinute } from './api-for-tests.ts';

let web: WebForTests;
let caller: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  caller = await newCaller(web);
});

afterAll(() => web.close());

describe('an error', () => {
  it('is JSON with a message, and names its request in three places', async () => {
    const { status, headers, body } = await caller.api.send('GET', '/projects/quiet-lake-00000000', {
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found', message: 'project "quiet-lake-00000000" not found' });
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-request-id')).toBe(body.request_id);
    expect(headers.get('x-neon-ret-request-id')).toBe(body.request_id);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('of a path or method that there is not is JSON too', async () => {
    expect((await caller.api.get('/nowhere')).body).toMatchObject({ code: 'not_found', message: 'route not found' });
    expect(await caller.api.send('DELETE', '/projects')).toMatchObject({ status: 405 });
    expect(await caller.api.send('POST', '/openapi.json')).toMatchObject({ status: 405 });
    expect((await caller.api.send('PUT', '/users/me')).body.code).toBe('method_not_allowed');
  });

  it('says which field of the request is wrong', async () => {
    const wrong = [
      ['POST', '/projects', { project: { name: '' } }, 'body.project.name'],
      ['POST', '/projects', {}, 'body.project'],
      ['POST', '/projects', { project: { default_endpoint_settings: { autoscaling_limit_min_cu: 0.1 } } }, 'min_cu'],
      ['PATCH', '/projects/x', { project: { default_endpoint_settings: { suspend_timeout_seconds: -2 } } }, 'suspend'],
      ['POST', '/projects', [], 'body'],
      ['GET', '/projects?limit=0', undefined, 'query.limit'],
      ['GET', '/projects?limit=401', undefined, 'query.limit'],
      ['GET', '/projects?limit=x', undefined, 'query.limit'],
      ['GET', '/projects?limit=0x10', undefined, 'query.limit'],
      ['GET', '/projects?cursor=x', undefined, 'cursor'],
      ['POST', '/api_keys', { key_name: 'x'.repeat(65) }, 'body.key_name'],
      ['POST', '/api_keys', { key_name: 'a\nb' }, 'name'],
      ['DELETE', '/api_keys/abc', undefined, 'path.key_id'],
      ['POST', '/users/me/projects/transfer', { destination_org_id: 'org-a', project_ids: [] }, 'body.project_ids'],
    ] as const;
    for (const [method, path, body, place] of wrong) {
      const reply = await caller.api.send(method, path, { body });
      expect(reply.status, `${method} ${path}`).toBe(400);
      expect(reply.body.message).toContain(place);
    }
  });

  it('is not the text that neonctl keeps for another purpose', async () => {
    expect((await caller.api.post('/projects', {})).body.message).not.toContain('org_id is required');
  });
});

describe('a body', () => {
  it('may be empty under any content type where nothing has to be in it', async () => {
    const { body } = await caller.api.post('/projects', { project: {} });
    const path = `/projects/${body.project.id}/endpoints/${body.endpoints[0].id}`;
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=latin1', 'x/y']) {
      const { status } = await caller.api.send('POST', `${path}/start`, { headers: { 'content-type': type } });
      expect(status, type).toBe(200);
    }
  });

  it('is read as JSON under any content type', async () => {
    const body = JSON.stringify({ key_name: 'as text' });
    const { status } = await caller.api.send('POST', '/api_keys', { body, headers: { 'content-type': 'text/plain' } });
    expect(status).toBe(200);
  });

  it('with text that cannot be kept is refused, wherever in it that stands', async () => {
    const invalidUtf8 = Buffer.from([...Buffer.from('{"key_name":"'), 0xff, ...Buffer.from('"}')]);
    const bodies = [
      invalidUtf8,
      '{"key_name":"a\\ud800b"}',
      '{"key_name":"a\\u0000b"}',
      '{"project":{"default_endpoint_settings":{"pg_settings":{"a":"\\udfff"}}}}',
      '{"project":{"default_endpoint_settings":{"pg_settings":{"\\u0000":"a"}}}}',
    ];
    for (const body of bodies) {
      const path = body.includes('key_name') ? '/api_keys' : '/projects';
      const response = await fetch(`${web.localUrl}/api/v2${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller.key}` },
        body,
      });
      expect(response.status, String(body)).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^the body/),
      });
    }
  });

  it('that is no JSON, or too large, is refused', async () => {
    const notJson = await caller.api.send('POST', '/api_keys', { body: 'key_name=x' });
    expect(notJson).toMatchObject({ status: 400, body: { message: 'the body is not JSON' } });
    const large = JSON.stringify({ key_name: 'x', padding: 'x'.repeat(300_000) });
    expect((await caller.api.send('POST', '/api_keys', { body: large })).status).toBe(413);
  });

  it('may hold keys that nobody knows', async () => {
    const { status } = await caller.api.post('/api_keys', { key_name: 'x', annotation_value: { a: 1 } });
    expect(status).toBe(200);
  });
});

describe('a query', () => {
  it('takes lists with commas and by repetition', async () => {
    const organization = await newOrganization(web, caller);
    const range = `from=2024-06-30T00:00:00Z&to=2024-07-02T00:00:00Z&granularity=daily&org_id=${organization.id}`;
    const ids = ['a-b-1', 'c-d-2'];
    for (const list of [`project_ids=${ids.join(',')}`, ids.map((id) => `project_ids=${id}`).join('&')]) {
      const { status, body } = await caller.api.get(`/consumption_history/projects?${range}&${list}`);
      expect(status).toBe(200);
      expect(body.projects).toEqual([]);
    }
    const metrics = [
      'metrics=active_time_seconds,written_data_bytes',
      'metrics=active_time_seconds&metrics=logical_size_bytes',
    ];
    for (const list of metrics) {
      expect((await caller.api.get(`/consumption_history/account?${range}&${list}`)).status).toBe(200);
    }
    expect((await caller.api.get(`/consumption_history/account?${range}&metrics=cpu`)).status).toBe(400);
  });
});

describe('a key that calls too often', () => {
  it('is told to wait, and how long', async () => {
    const { api } = await newCaller(web);
    const { body: keys } = await api.get('/api_keys');
    await useUpMinute(web, { keyId: `key:${keys[0].id}`, address: '127.0.0.1' });
    const { status, headers, body } = await api.get('/users/me');
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'rate_limited', message: 'too many requests' });
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await caller.api.get('/users/me')).status).toBe(200);
  });

  it('makes at most ten keys of organizations in a second', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const path = `/organizations/${organization.id}/api_keys`;
    const seen = new Set<number>();
    // A busy machine may spread forty calls over so many seconds that none is too many.
    await waitUntil(async () => {
      const calls = Array.from({ length: 40 }, () => admin.api.post(path, { key_name: 'one of many' }));
      for (const { status } of await Promise.all(calls)) seen.add(status);
      return seen.has(429);
    }, 'more than ten in a second are refused');
    expect(seen).toEqual(new Set([200, 429]));
  });
});
