import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionCookieAt } from '../../support/browser/browser-jar.ts';
import { newVisitor, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ApiForTests, newCaller, useUpMinute } from './api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const OWN = { 'sec-fetch-site': 'same-origin', origin: 'null' };

describe('a call without a good key', () => {
  it('is refused, whatever stands where the key should be', async () => {
    const unknown = `postern_key_${'A'.repeat(43)}`;
    for (const authorization of [
      'Bearer',
      'Bearer x',
      `Bearer ${unknown}`,
      `Basic ${unknown}`,
      unknown,
      'Bearer a b',
    ]) {
      const api = new ApiForTests(web.localUrl, null);
      const { status, headers } = await api.send('GET', '/users/me', { headers: { authorization } });
      expect(status, authorization).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await new ApiForTests(web.localUrl, null).get('/users/me')).status).toBe(401);
  });

  it('learns nothing about paths and methods', async () => {
    const api = new ApiForTests(web.localUrl, null);
    expect((await api.get('/projects/quiet-lake-00000000')).status).toBe(401);
    expect((await api.send('PUT', '/projects')).status).toBe(405);
    expect((await api.get('/nowhere')).status).toBe(404);
  });

  // A thousand connections with such bodies took 270 MB, without an account.
  it('is refused before its body is read', async () => {
    const { hostname, port } = new URL(web.localUrl);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(`POST /api/v2/projects HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 200000\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
  });

  it('is held back when it keeps trying', async () => {
    const address = '203.0.113.77';
    await useUpMinute(web, { keyId: `nobody:${address}`, address });
    const api = new ApiForTests(web.localUrl, null);
    const headers = { authorization: 'Bearer guess', 'x-forwarded-for': address };
    expect((await api.send('GET', '/users/me', { headers })).status).toBe(429);
    expect((await api.send('GET', '/users/me', { headers: { authorization: 'Bearer guess' } })).status).toBe(401);
  });
});

describe('a key', () => {
  it('works from the moment that it is made until the moment that it is revoked', async () => {
    const { api } = await newCaller(web);
    const { body: made } = await api.post('/api_keys', { key_name: 'short-lived' });
    const other = new ApiForTests(web.localUrl, made.key);
    expect((await other.get('/users/me')).status).toBe(200);
    expect((await api.delete(`/api_keys/${made.id}`)).body).toMatchObject({ id: made.id, revoked: true });
    expect((await other.get('/users/me')).status).toBe(401);
  });

  it('is taken from the cookies that Neon’s clients fill', async () => {
    const { key, email } = await newCaller(web);
    for (const name of ['zenith', 'keycloak_token']) {
      const api = new ApiForTests(web.localUrl, null);
      const { body } = await api.send('GET', '/users/me', { headers: { cookie: `${name}=${key}` } });
      expect(body.email).toBe(email);
    }
  });

  it('in the header wins over every cookie and needs no CSRF token', async () => {
    const [caller, other] = [await newCaller(web), await newCaller(web)];
    const { browser } = await newVisitor(web);
    const session = browser.session ?? '';
    const headers = {
      cookie: `zenith=${other.key}; keycloak_token=${other.key}; ${sessionCookieAt(web.url)}=${session}`,
      origin: 'https://evil.example',
    };
    const { body } = await caller.api.send('GET', '/users/me', { headers });
    expect(body.email).toBe(caller.email);
    const made = await caller.api.send('POST', '/api_keys', { headers, body: { key_name: 'made beside cookies' } });
    expect(made.body.created_by).toBe(caller.userId);
    const wrong = new ApiForTests(web.localUrl, 'wrong');
    expect((await wrong.send('GET', '/users/me', { headers: { cookie: `zenith=${other.key}` } })).status).toBe(401);
  });

  it('in a cookie is not taken from a browser, which sends cookies by itself', async () => {
    const { key } = await newCaller(web);
    const api = new ApiForTests(web.localUrl, null);
    const headers = { cookie: `zenith=${key}`, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const { status } = await api.send('POST', '/api_keys', { headers, body: { key_name: 'forged' } });
    expect(status).toBe(403);
  });
});

describe('a browser session', () => {
  it('reads by its cookie, and changes only with the token of its pages', async () => {
    const { browser, person } = await newVisitor(web);
    const csrfToken = await browser.csrfToken('/app/me/profile');
    const headers = { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const api = new ApiForTests(web.localUrl, null);
    const read = await api.send('GET', '/auth', { headers });
    expect(read.body).toEqual({ account_id: person.userId, auth_method: 'session_cookie' });
    const body = { key_name: 'from a page' };
    const change = (more: Record<string, string>) =>
      api.send('POST', '/api_keys', { headers: { ...headers, ...more }, body });
    expect((await change({})).status).toBe(403);
    expect((await change(OWN)).status).toBe(403);
    expect((await change({ ...OWN, 'x-csrf-token': 'AAAA' })).status).toBe(403);
    expect((await change({ origin: 'https://evil.example', 'x-csrf-token': csrfToken })).status).toBe(403);
    expect((await change({ ...OWN, 'x-csrf-token': csrfToken })).status).toBe(200);
  });
});

describe('the log', () => {
  it('holds no key, whether it came in the header or in a cookie', async () => {
    const { api, key } = await newCaller(web);
    await api.get('/users/me');
    await new ApiForTests(web.localUrl, null).send('GET', '/auth', { headers: { cookie: `zenith=${key}` } });
    expect(web.logged()).not.toContain(key);
    expect(web.logged()).toContain('/api/v2/users/me');
  });
});
