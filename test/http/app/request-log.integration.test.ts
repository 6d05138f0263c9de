import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { loggedPath } from '../../../src/http/app/request-log.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the log of requests', () => {
  it('contains no token, code, cookie or password of a sign-in and approval', async () => {
    const setupCode = (await createSetupCodeIfEmpty(web.catalogue))?.reveal() ?? 'none';
    const { address } = newIdentity();
    const { email } = await addPersonWithPassword(web);
    const { path, token, request } = await openLoginLink(web, { address });
    const browser = new BrowserJar(web.url, { address });
    await browser.open(path);
    await browser.get(`/setup/${setupCode}`);
    const visitor = [...browser.cookies.values()][0] ?? 'none';
    const csrf = await browser.csrfToken('/sign-in');
    await browser.signIn(email, PASSWORD, path);
    await browser.open(path);
    await browser.post(path, { csrf_token: 'x', decision: 'approve' });
    await waitUntil(() => web.logged().includes(`/psql_session/${request.id}`), 'the last request is logged');
    const session = browser.session ?? 'none';
    for (const secret of [setupCode, token, visitor, csrf, session, PASSWORD, encodeURIComponent(path)]) {
      expect(web.logged()).not.toContain(secret);
    }
  });

  it('has method, path and status once per request, under the id in the response', async () => {
    const answer = await fetch(`${web.url}/nowhere?token=canary`);
    const id = answer.headers.get('x-request-id') ?? 'none';
    const line = await waitUntil(() => linesWith(id).at(0), 'the request is logged');
    expect(JSON.parse(line)).toMatchObject({
      req: { id, method: 'GET', path: '/nowhere' },
      res: { status: 404 },
      event: 'http.request_answered',
      msg: 'request answered',
    });
    expect(linesWith(id)).toHaveLength(1);
    expect(line).not.toContain('canary');
  });

  // A link in other letters reached the same page, and its token the log.
  it.each([
    ['/psql_session/q83vX2n0TzSbh0e3WcPZxA', '/psql_session/#b37f51ac'],
    ['/Psql_Session/q83vX2n0TzSbh0e3WcPZxA/events', '/Psql_Session/#b37f51ac/events'],
    ['/psql_session/lr-5d1wh42imbnv2rmv578v', '/psql_session/lr-5d1wh42imbnv2rmv578v'],
    ['/api/v2/api_keys/postern_key_Lc172VOwxx70-ySr8aZ2FaS-AW1z94whFDAMFxvt5OA', '/api/v2/api_keys/#dd3b0c37'],
    ['/app/org-weathered-wildflower-67926890/projects', '/app/org-weathered-wildflower-67926890/projects'],
    ['/app/38cbe253-e94a-42f1-9fc3-58e6212273c8', '/app/38cbe253-e94a-42f1-9fc3-58e6212273c8'],
  ])('of %s has %s', (path, logged) => {
    expect(loggedPath(path)).toBe(logged);
  });

  it('is one line that parses, whatever the path contains', async () => {
    await fetch(`${web.url}/%0a%7b%22level%22:60%7d/\u202e`);
    for (const line of web.logged().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('the logged path', () => {
  it.each([
    ['/psql_session/abcdefghijklmnopqrstuv', /^\/psql_session\/#[0-9a-f]{8}$/],
    ['/psql_session/abcdefghijklmnopqrstuv/events?x=1', /^\/psql_session\/#[0-9a-f]{8}\/events$/],
    ['/psql_session/lr-0123456789abcdefghij', /^\/psql_session\/lr-0123456789abcdefghij$/],
    ['/setup/secret?next=/psql_session/token', /^\/setup\/#[0-9a-f]{8}$/],
    ['/invitations/secret', /^\/invitations\/#[0-9a-f]{8}$/],
    ['/sign-in?next=%2Fpsql_session%2Ftoken', /^\/sign-in$/],
    ['/sign-in/oidc/callback?code=secret&state=secret', /^\/sign-in\/oidc\/callback$/],
  ])('of %s contains no secret', (url, expected) => {
    expect(loggedPath(url)).toMatch(expected);
  });
});

function linesWith(text: string): string[] {
  return web
    .logged()
    .split('\n')
    .filter((line) => line.includes(text));
}
