import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newDeveloper, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('every answer', () => {
  it('forbids framing, referrers and third parties, on each route and method', async () => {
    const { browser } = await newDeveloper(web);
    const routes = [...routesOf(web.app), { method: 'GET', path: '/nowhere' }, { method: 'GET', path: '/assets/none' }];
    expect(routes.length).toBeGreaterThan(12);
    for (const { method, path } of routes) {
      const { headers } = await browser.send(method, path.replaceAll(/:\w+/g, 'lr-00000000000000000000'), {}, {});
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]) {
        expect(policy.split('; '), `${method} ${path}`).toContain(directive);
      }
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.get('strict-transport-security')).toBe(null);
    }
  });

  it('asks browsers to stay on https when the public address is https', async () => {
    const secure = await startWeb({ POSTERN_PUBLIC_URL: 'https://postern.example' });
    onTestFinished(() => secure.close());
    const { headers } = await fetch(`${secure.localUrl}/sign-in`);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('of a page is never stored, and has no inline script or style', async () => {
    const { browser } = await newDeveloper(web);
    for (const path of ['/', '/nowhere', '/psql_session/lr-00000000000000000000']) {
      const { headers, text } = await browser.get(path);
      expect(headers.get('cache-control'), path).toBe('no-store');
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    }
  });

  it('of an asset is cached for ever under a name made of its content', async () => {
    const { browser } = await newDeveloper(web);
    const [, path = ''] = /href="(\/assets\/main-[A-Z0-9]+\.css)"/.exec((await browser.get('/')).text) ?? [];
    const { status, headers } = await browser.get(path);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  });
});

describe('the health check', () => {
  it('is separate from readiness', async () => {
    const statusOf = async (path: string) => (await fetch(`${web.url}${path}`)).status;
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503]);
    web.server.setReady('ready');
    expect(await statusOf('/readyz')).toBe(200);
  });
});

describe('an error', () => {
  it('is JSON for programs and a page for people', async () => {
    const asked = async (accept: string) => await fetch(`${web.url}/nowhere`, { headers: { Accept: accept } });
    const json = await asked('application/json');
    expect(await json.json()).toEqual({
      code: 'not_found',
      message: 'page not found',
      request_id: json.headers.get('x-request-id'),
    });
    expect((await asked('text/html')).headers.get('content-type')).toContain('text/html');
  });

  it('of a malformed body is the sender’s, not the server’s', async () => {
    const { browser } = await newDeveloper(web);
    const body = new URLSearchParams({ csrf_token: 'x'.repeat(300_000) });
    expect((await browser.post('/sign-in', body)).status).toBe(413);
  });
});
