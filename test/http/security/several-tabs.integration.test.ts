import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowserSession } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newDeveloper,
  newIdentity,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { personAtBrowser } from '../console/console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

function newBrowser(): BrowserJar {
  return new BrowserJar(web.url, { address: newIdentity().address });
}

// The second tab's form carried the token of a visitor who had become a person meanwhile: 403.
describe('a sign-in form that was loaded before another tab signed in', () => {
  it('goes on to where it was going', async () => {
    const { email } = await addPersonWithPassword(web);
    const browser = newBrowser();
    const csrf_token = await browser.csrfToken('/sign-in?next=/app/me/profile');
    expect((await browser.signIn(email, PASSWORD)).status).toBe(303);
    const before = browser.session;
    const fields = { csrf_token, email, password: 'even mistyped', next: '/app/me/profile' };
    expect((await browser.post('/sign-in', fields)).location).toBe('/app/me/profile');
    expect(browser.session).toBe(before);
  });

  it('signs in the other person whose password it carries, and the first one out', async () => {
    const [ada, grace] = [await addPersonWithPassword(web), await addPersonWithPassword(web)];
    const browser = newBrowser();
    const csrf_token = await browser.csrfToken('/sign-in');
    await browser.signIn(ada.email, PASSWORD);
    const first = browser.session ?? '';
    const fields = { csrf_token, email: grace.email, password: PASSWORD, next: '/app/me/profile' };
    expect((await browser.post('/sign-in', fields)).location).toBe('/app/me/profile');
    expect((await browser.get('/app/me/profile')).text).toContain(grace.email);
    expect(await findBrowserSession(web.catalogue, first)).toBeNull();
  });

  it('leads there even when its visitor is forgotten', async () => {
    const { email } = await addPersonWithPassword(web);
    const browser = newBrowser();
    await browser.signIn(email, PASSWORD);
    await browser.get('/');
    const fields = { csrf_token: 'AAAA', email, password: PASSWORD, next: '/app/me/profile' };
    const { location } = await browser.post('/sign-in', fields);
    expect((await browser.get(location ?? '')).location).toBe('/app/me/profile');
  });
});

describe('an approval that was loaded before another tab', () => {
  const approval = async () => {
    const { email, userId } = await addPersonWithPassword(web);
    const project = await addProject(web.catalogue, personalAccountId(userId), 'shop');
    const browser = newBrowser();
    await browser.signIn(email, PASSWORD);
    const { path, request } = await openLoginLink(web, { address: browser.address ?? '' });
    const { text } = await browser.open(path);
    const fields = { csrf_token: csrfTokenIn(text), decision: 'approve', compute_id: project.compute.id };
    const signOut = async () => browser.post('/sign-out', { csrf_token: await browser.csrfToken('/') });
    return { email, browser, request, fields, signOut, place: `/psql_session/${request.id}` };
  };
  const statusOf = async (id: Awaited<ReturnType<typeof approval>>['request']['id']) =>
    (await web.loginRequests.find(id))?.status;

  it('signed out leads to sign-in and back with the choice, and decides nothing', async () => {
    const { email, browser, request, fields, signOut, place } = await approval();
    await signOut();
    const back = (await browser.post(place, { ...fields, access: 'read_write', remember: '8h' })).location ?? '';
    const signIn = (await browser.get(back)).location ?? '';
    expect(signIn).toMatch(/^\/sign-in\?next=/);
    expect(await statusOf(request.id)).toBe('claimed');
    const next = new URL(signIn, web.url).searchParams.get('next') ?? '';
    const { location } = await browser.signIn(email, PASSWORD, next);
    const { text } = await browser.get(location ?? '');
    expect(text).toMatch(/<option(?=[^>]*value="8h")[^>]*selected/);
  });

  it('signed out and in again is carried out', async () => {
    const { email, browser, request, fields, signOut, place } = await approval();
    await signOut();
    await browser.signIn(email, PASSWORD);
    expect((await browser.post(place, fields)).location).toBe(place);
    expect(await statusOf(request.id)).toBe('approved');
  });

  it('signed somebody else in is not carried out for either', async () => {
    const { browser, request, fields, signOut, place } = await approval();
    const other = await addPersonWithPassword(web);
    await signOut();
    await browser.signIn(other.email, PASSWORD);
    const { location } = await browser.post(place, fields);
    expect((await browser.get(location ?? '')).status).toBe(404);
    expect(await statusOf(request.id)).toBe('claimed');
  });

  it('with a field that cannot be read comes back with the rest', async () => {
    const { browser, fields, place } = await approval();
    const answer = await browser.post(place, { ...fields, database: 'x'.repeat(80), remember: '1h' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Field &quot;database&quot; is missing or not valid');
    expect(answer.text).toMatch(/<option(?=[^>]*value="1h")[^>]*selected/);
  });
});

describe('a form of the console', () => {
  it('that was loaded before somebody else signed in comes back with what was typed', async () => {
    const { browser } = await newDeveloper(web);
    await browser.get('/');
    const typed = { csrf_token: 'AAAA', name: 'New name', password: 'canary-word' };
    const { location } = await browser.post('/app/me/profile', typed);
    expect(location).not.toContain(Buffer.from('canary-word').toString('base64url').slice(0, 10));
    const { text } = await browser.get(location ?? '');
    expect(text).toContain('value="New name"');
    expect(text).toContain('Nothing has been done yet');
  });

  it('is filled in only from an address that the same browser was given', async () => {
    const { browser } = await newDeveloper(web);
    await browser.get('/');
    const { location } = await browser.post('/app/me/profile', { csrf_token: 'AAAA', name: 'New name' });
    const stranger = await newDeveloper(web);
    await stranger.browser.get('/');
    expect((await stranger.browser.get(location ?? '')).text).not.toContain('New name');
    expect((await browser.get((location ?? '').replace('profile', 'sessions'))).status).toBe(200);
  });

  it('that makes a secret leads to a page that can be loaded again, and makes one only', async () => {
    const person = await personAtBrowser(web, 'maker');
    const path = `/app/${person.accountId}/api-keys`;
    const { status, location } = await person.post(path, { name: 'laptop' });
    expect([status, location]).toEqual([303, expect.stringMatching(/\?shown=[\w-]{22}$/)]);
    const first = await person.get(location ?? '');
    expect(first.text).toMatch(/postern_key_[\w-]{43}/);
    expect((await person.get(location ?? '')).text).toBe(first.text);
    expect([...(await person.get(path)).text.matchAll(/\/revoke"/g)]).toHaveLength(1);
  });

  it('shows its secret to the browser session that made it only', async () => {
    const [person, other] = [await personAtBrowser(web, 'maker'), await personAtBrowser(web, 'other')];
    const path = `/app/${person.accountId}/api-keys`;
    const { location } = await person.post(path, { name: 'laptop' });
    expect((await other.get(location ?? '')).location).toBe(path);
    const key = /postern_key_[\w-]{43}/.exec((await person.get(location ?? '')).text)?.[0] ?? 'none';
    const stored = await web.redis.getBuffer(`postern:shown-once:${location?.split('=')[1]}`);
    expect(String(stored)).not.toContain(key);
  });

  it('for a token comes back with a mistyped database marked', async () => {
    const person = await personAtBrowser(web, 'maker');
    const { compute } = await addProject(web.catalogue, person.accountId, 'shop');
    const form = { name: 'DBeaver', compute_id: compute.id, access: 'read_write', days: '7', max_connections: '5' };
    const path = `/app/${person.accountId}/access-tokens/new`;
    const answer = await person.post(path, { ...form, database: 'shpo' });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('value="DBeaver"');
    expect(answer.text).toContain('value="shpo"');
    expect(answer.text).toMatch(/role="alert"/);
  });
});
