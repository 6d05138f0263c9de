import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BrowserJar, sessionCookieAt } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  newVisitor,
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

describe('signing in by email and password', () => {
  it('redirects to the requested local path', async () => {
    const { email } = await addPersonWithPassword(web);
    const browser = newBrowser();
    const answer = await browser.signIn(email, PASSWORD, '/psql_session/abc');
    expect([answer.status, answer.location]).toEqual([303, '/psql_session/abc']);
    expect((await browser.get('/')).text).toContain('Open the console');
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    'javascript:alert(1)',
    '/sign-out',
  ])('does not redirect elsewhere: %s', async (next) => {
    const { email } = await addPersonWithPassword(web);
    const { location } = await newBrowser().signIn(email, PASSWORD, next);
    expect(new URL(location ?? '', web.url).origin).toBe(web.url);
    expect(location).not.toContain('sign-out');
  });

  // A form without the field was told that its password was wrong.
  it('redirects to the start page when the form names no path', async () => {
    const { email } = await addPersonWithPassword(web);
    const browser = newBrowser();
    const csrf_token = await browser.csrfToken('/sign-in');
    const { status, location } = await browser.post('/sign-in', { csrf_token, email, password: PASSWORD });
    expect([status, location]).toEqual([303, '/']);
  });

  it('answers a wrong password and an unknown e-mail alike', async () => {
    const { email } = await addPersonWithPassword(web);
    const wrong = await newBrowser().signIn(email, 'not it');
    const unknown = await newBrowser().signIn('nobody@example.com', PASSWORD);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.text).toContain('That email and password don’t match.');
    expect(unknown.text).toContain('That email and password don’t match.');
  });

  // Ten wrong passwords of a neighbour refused the right one for a quarter of an hour.
  it('lets the right password in while wrong ones from the same address are held back', async () => {
    const { email } = await addPersonWithPassword(web);
    const { address } = newIdentity();
    const guess = () => new BrowserJar(web.url, { address }).signIn(email, 'not it');
    const answered: number[] = [];
    const guesses = Array.from({ length: 12 }, () =>
      guess()
        .then(({ status }) => answered.push(status))
        .catch(() => {}),
    );
    await waitUntil(() => answered.length > 0, 'the first guess is answered');
    expect((await new BrowserJar(web.url, { address }).signIn(email, PASSWORD)).status).toBe(303);
    expect(answered.length).toBeLessThan(guesses.length);
    expect(new Set(answered)).toEqual(new Set([401]));
  });

  it('gives a host-only cookie out of reach of scripts, named for its port', async () => {
    const { email } = await addPersonWithPassword(web);
    const browser = newBrowser();
    const answer = await browser.signIn(email, PASSWORD);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^postern_session_\d+=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
    expect(cookie).toMatch(new RegExp(`^${sessionCookieAt(web.url)}=`));
  });

  it('uses a __Host- cookie over TLS only when the public address is https', async () => {
    const secure = await startWeb({ POSTERN_PUBLIC_URL: 'https://postern.example' });
    onTestFinished(() => secure.close());
    const { email } = await addPersonWithPassword(secure);
    const browser = new BrowserJar(secure.localUrl);
    const [cookie = ''] = (await browser.signIn(email, PASSWORD)).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-postern_session=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/);
  });
});

describe('signing out', () => {
  it('ends the browser session, not only its cookie', async () => {
    const { browser } = await newVisitor(web);
    const session = browser.session ?? '';
    await browser.post('/sign-out', { csrf_token: await browser.csrfToken('/') });
    expect(browser.session).toBe(null);
    browser.setSession(session);
    expect((await browser.get('/')).location).toContain('/sign-in');
  });
});

function newBrowser(): BrowserJar {
  return new BrowserJar(web.url, { address: newIdentity().address });
}
