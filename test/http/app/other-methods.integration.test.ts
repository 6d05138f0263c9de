import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_PREFIX } from '../../../src/http/api/call/api-route.ts';
import { SCIM_PREFIX } from '../../../src/http/scim/scim-call.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from './routes-of.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const PLACEHOLDER = 'lr-00000000000000000000';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

/**
 * Every path of a page with the methods that it takes; a path that is a word goes before one that
 * is a name.
 */
function pages(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { method, path } of routesOf(web.app)) {
    if (path.startsWith(API_PREFIX) || path.startsWith(SCIM_PREFIX)) continue;
    found.set(path, (found.get(path) ?? new Set()).add(method));
  }
  return found;
}

/** Of all paths that the address fits. */
function methodsAt(address: string): string[] {
  const fits = (path: string) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(address);
  return [...pages()].flatMap(([path, methods]) => (fits(path) ? [...methods] : []));
}

it('each page answers other methods with 405 and Allow, before authentication', async () => {
  expect(pages().size).toBeGreaterThan(60);
  for (const path of pages().keys()) {
    const address = path.replaceAll(/:\w+/g, PLACEHOLDER);
    const taken = new Set(methodsAt(address));
    for (const method of METHODS.filter((one) => !taken.has(one))) {
      const answer = await fetch(web.url + address, { method, redirect: 'manual' });
      const allowed = (answer.headers.get('allow') ?? '').split(', ').filter((one) => one !== 'HEAD');
      expect([answer.status, allowed], `${method} ${address}`).toEqual([405, [...taken].sort()]);
      await answer.arrayBuffer();
    }
  }
});

it.each(['/nothing', '/app/a/b/c/d/e/f', '/psql_session'])(
  'an unknown path is not found, whatever the method: %s',
  async (path) => {
    expect((await fetch(web.url + path)).status).toBe(404);
  },
);

it('paths match in any case and with or without a trailing slash', async () => {
  expect((await fetch(`${web.url}/SIGN-IN/`, { method: 'DELETE' })).status).toBe(405);
  expect((await fetch(`${web.url}/sign-in`, { method: 'HEAD' })).status).toBe(200);
});
