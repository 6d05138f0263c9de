import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { newDeveloper, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-User': '?1' };

const ANOTHER_SITE: ReadonlyArray<[string, Readonly<Record<string, string>>]> = [
  ['a click on another site', { ...NAVIGATION, 'Sec-Fetch-Site': 'cross-site' }],
  ['a click on a neighbour of the same site', { ...NAVIGATION, 'Sec-Fetch-Site': 'same-site' }],
  ['a browser that says only where it was', { Referer: 'https://evil.example/prize' }],
];

describe('a login link that another site brings', () => {
  it.each(ANOTHER_SITE)('is not claimed, and its code is asked for: %s', async (_what, headers) => {
    const { browser, address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    expect((await browser.get(path, headers)).location).toBe('/link');
    const asking = await browser.get('/link', headers);
    expect(asking.text).toContain('Another site sent you here.');
    expect(asking.text).not.toContain(request.userCode);
    expect((await web.loginRequests.find(request.id))?.status).toBe('pending');
    const csrf_token = await browser.csrfToken('/link');
    const typed = await browser.post('/link', { user_code: request.userCode, csrf_token });
    expect(typed.location).toBe(`/psql_session/${request.id}`);
  });

  it.each(ANOTHER_SITE)('is not what signing in leads to: %s', async (_what, headers) => {
    const { address } = await newDeveloper(web);
    const { path } = await openLoginLink(web, { address });
    const stranger = new BrowserJar(web.url);
    for (const spelled of [path, path.replace('psql', 'PSQL')]) {
      const page = await stranger.get(`/sign-in?next=${encodeURIComponent(spelled)}`, headers);
      expect(page.text).toContain('name="next" value="/link"');
      expect(page.text).not.toContain(spelled);
    }
  });
});

it.each([
  ['the terminal', { ...NAVIGATION, 'Sec-Fetch-Site': 'none' }],
  ['a page of this site', { ...NAVIGATION, 'Sec-Fetch-Site': 'same-origin' }],
  ['a browser that says nothing', {}],
])('a login link from %s is claimed at once', async (_where, headers) => {
  const { browser, address } = await newDeveloper(web);
  const { path, request } = await openLoginLink(web, { address });
  expect((await browser.get(path, headers)).location).toBe(`/psql_session/${request.id}`);
  expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
});
