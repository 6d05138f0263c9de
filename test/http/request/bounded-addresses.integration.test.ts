import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const ID = 'a-project-with-a-long-id-12345678';

function get(path: string, accept = 'text/html'): Promise<Response> {
  return fetch(web.localUrl + path, { headers: { accept }, redirect: 'manual' });
}

// koa's parser took 45 s for 25,000 of them, on the thread that relays bytes.
describe('a query of 30,000 parameters', () => {
  it('is answered with 414 on every route, whatever the method', async () => {
    const places = routesOf(web.app).map(({ method, path }) => ({ method, path: path.replaceAll(/:\w+/g, 'x') }));
    expect(places.map(({ path }) => path)).toEqual(expect.arrayContaining(['/oauth/userinfo', '/docs/search']));
    const others: string[] = [];
    for (const { method, path } of places) {
      const answer = await fetch(`${web.localUrl}${path}?${'&a'.repeat(30_000)}`, { method, redirect: 'manual' });
      await answer.arrayBuffer();
      if (answer.status !== 414) others.push(`${method} ${path}: ${answer.status}`);
    }
    expect(others).toEqual([]);
  });

  it('says what is wrong, as a page or as JSON, and repeats nothing', async () => {
    const query = `?${'&secret'.repeat(5_000)}`;
    const page = await (await get(`/oauth/authorize${query}`)).text();
    expect(page).toContain('That address is too long');
    expect(page).not.toContain('secret');
    for (const path of ['/api/v2/projects', '/no/such/place']) {
      const answer = await get(path + query, 'application/json');
      expect(await answer.json()).toMatchObject({ code: 'address_too_long' });
    }
  });
});

// A hundred patterns were tried on it: of a hundred such requests a node was silent for 4 seconds.
describe('a path of 60,000 characters', () => {
  it.each(['GET', 'POST', 'DELETE', 'PUT'])('is answered with 414 to %s, and repeated by nothing', async (method) => {
    for (const path of [
      `/app/${'secret'.repeat(10_000)}/zz`,
      `/${'a/'.repeat(30_000)}`,
      `/api/v2/${'a'.repeat(60_000)}`,
    ]) {
      const answer = await fetch(web.localUrl + path, { method, redirect: 'manual' });
      expect(answer.status).toBe(414);
      expect(await answer.text()).not.toContain('secret');
    }
  });

  it('is too long where 3,000 are not', async () => {
    expect((await get(`/${'a'.repeat(2_999)}`)).status).toBe(404);
    expect((await get(`/${'a'.repeat(3_000)}`)).status).toBe(414);
  });
});

describe('the length of a query', () => {
  it.each([
    ['8 KB', `a=${'x'.repeat(8_190)}`, 404],
    ['more than 8 KB', `a=${'x'.repeat(8_191)}`, 414],
    ['200 parameters', '&a'.repeat(199), 404],
    ['201 parameters', '&a'.repeat(200), 414],
  ])('of %s is judged before the path', async (_what, query, status) => {
    expect((await get(`/no/such/place?${query}`)).status).toBe(status);
  });

  it.each([
    ['a consumption query over a hundred projects', `project_ids=${Array.from({ length: 100 }, () => ID).join('%2C')}`],
    ['the same, one by one', Array.from({ length: 100 }, () => `project_ids=${ID}`).join('&')],
  ])('of %s is enough', async (_what, query) => {
    expect((await get(`/api/v2/consumption_history/projects?${query}`)).status).toBe(401);
  });

  it('of a long search in any script is enough', async () => {
    expect((await get(`/docs/search?q=${encodeURIComponent('接'.repeat(200))}`)).status).toBe(200);
  });
});
