import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Limits } from '../../../src/limits/limits.ts';
import { BrowserJar, csrfTokenIn, sessionCookieAt } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  newVisitor,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
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

  // A guesser who hung up on late answers tried one password on any number of accounts: only right
  // ones were answered at once.
  it('answers a right password as late as wrong ones after very many wrong ones', async () => {
    const [known, victim] = [await addPersonWithPassword(web), await addPersonWithPassword(web)];
    const { address } = newIdentity();
    const browser = () => new BrowserJar(web.url, { address });
    expect((await browser().signIn(known.email, PASSWORD)).status).toBe(303);
    const limits = new Limits({ redis: web.redis, log: silentLog });
    for (let guess = 0; guess < 100; guess += 1) await limits.failedSignIn(address);
    const answered: string[] = [];
    const isKnownFirst = async () => {
      expect((await browser().signIn(known.email, PASSWORD)).status).toBe(303);
      expect(answered).toEqual([]);
    };
    // Twice: the first try must not count as a proof from the guesser’s address.
    for (const _round of [1, 2]) {
      const hangUp = new AbortController();
      const guess = sendSignIn(browser(), victim.email, hangUp.signal).then(() => answered.push('guess'));
      guess.catch(() => {});
      for (let time = 0; time < 3; time += 1) await isKnownFirst();
      hangUp.abort();
      await expect(guess).rejects.toThrow('abort');
    }
    const waiting = browser().signIn(victim.email, PASSWORD);
    await isKnownFirst();
    expect((await waiting).status).toBe(303);
    expect((await browser().signIn(victim.email, PASSWORD)).status).toBe(303);
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
    await browser.post('/sign-out', { csrf_token: await browser.csrfToken('/'), sure: 'yes' });
    expect(browser.session).toBe(null);
    browser.setSession(session);
    expect((await browser.get('/')).location).toContain('/sign-in');
  });

  it('asks those first who could not sign in again, and nobody else', async () => {
    const { browser } = await newVisitor(web);
    const asked = await browser.post('/sign-out', { csrf_token: await browser.csrfToken('/'), next: '/link' });
    expect([asked.location, browser.session === null]).toEqual(['/sign-out?next=%2Flink', false]);
    const question = await browser.get(asked.location ?? '');
    expect(question.text).toContain('You couldn’t sign in again');
    const sure = { csrf_token: csrfTokenIn(question.text), next: '/link', sure: 'yes' };
    expect((await browser.post('/sign-out', sure)).location).toBe('/link');
    const { email } = await addPersonWithPassword(web);
    const other = newBrowser();
    await other.signIn(email, PASSWORD);
    expect((await other.get('/sign-out')).location).toBe('/');
    expect((await other.post('/sign-out', { csrf_token: await other.csrfToken('/') })).location).toBe('/sign-in');
  });
});

/** As a guesser does, who hangs up when the signal aborts. */
async function sendSignIn(browser: BrowserJar, email: string, signal: AbortSignal): Promise<void> {
  const csrf_token = await browser.csrfToken('/sign-in');
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { Cookie: cookies, 'X-Forwarded-For': browser.address ?? '', Origin: web.url, Accept: 'text/html' };
  const body = new URLSearchParams({ csrf_token, email, password: PASSWORD, next: '/' });
  await fetch(`${web.url}/sign-in`, { method: 'POST', headers, body, signal, redirect: 'manual' });
}

function newBrowser(): BrowserJar {
  return new BrowserJar(web.url, { address: newIdentity().address });
}
