import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findVerifiedPerson } from '../../../src/catalogue/accounts/find-person.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { type OidcProviderForTests, startOidcProvider } from '../../support/browser/oidc-provider.ts';
import { addPersonWithPassword, newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';

let web: WebForTests;
let provider: OidcProviderForTests;

const ACCOUNTS = {
  alex: { email: 'alex@example.com', email_verified: true, name: 'Alex at the provider' },
  sam: { email: 'sam@example.com', email_verified: false, name: 'Sam' },
  // Some providers take any e-mail into the ID token, and verify another one.
  mallory: {
    email: 'mallory@example.com',
    email_verified: true,
    name: 'Mallory',
    inIdToken: { email: 'alex@example.com' },
  },
  nina: { email: 'nina@example.com', email_verified: true, name: 'Nina New' },
};

beforeAll(async () => {
  const port = await freePort();
  const redirectUri = `http://localhost:${port}/sign-in/oidc/callback`;
  provider = await startOidcProvider({ redirectUri, accounts: ACCOUNTS });
  web = await startWeb({
    POSTERN_HTTP_PORT: String(port),
    POSTERN_OIDC_ISSUER: provider.issuer,
    POSTERN_OIDC_CLIENT_ID: provider.clientId,
    POSTERN_OIDC_CLIENT_SECRET: provider.clientSecret,
    POSTERN_OIDC_NAME: 'Acme ID',
  });
});

afterAll(async () => {
  await web.close();
  await provider[Symbol.asyncDispose]();
});

describe('signing in with an OpenID provider', () => {
  it('is offered on the sign-in page and returns to the requested page', async () => {
    const browser = newBrowser();
    const page = await browser.get('/sign-in?next=%2Fpsql_session%2Fabc');
    expect(page.text).toContain('Continue with Acme ID');
    const callback = await awayAndBack(browser, 'nina', '/psql_session/abc');
    const answer = await browser.get(callback);
    expect([answer.status, answer.location]).toEqual([303, '/psql_session/abc']);
    expect((await browser.get('/')).text).toContain('nina@example.com');
  });

  it('sends PKCE, state and nonce', async () => {
    const away = new URL((await newBrowser().get('/sign-in/oidc')).location ?? '');
    expect(Object.fromEntries(away.searchParams)).toMatchObject({
      client_id: 'postern',
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('signs in the person with the same e-mail when both sides have verified it', async () => {
    await addPersonWithPassword(web, 'alex');
    const known = await findVerifiedPerson(web.catalogue.db, 'alex@example.com');
    const browser = newBrowser();
    await browser.get(await awayAndBack(browser, 'alex'));
    expect((await browser.get('/')).text).toContain('alex@example.com');
    expect((await findVerifiedPerson(web.catalogue.db, 'alex@example.com'))?.id).toBe(known?.id);
  });

  it('takes over nobody by an e-mail that the provider has not verified', async () => {
    await addPersonWithPassword(web, 'sam');
    const browser = newBrowser();
    const answer = await browser.get(await awayAndBack(browser, 'sam'));
    expect(answer.status).toBe(409);
    expect(browser.session).toBe(null);
  });

  it('takes over nobody by the address of one source that another one has verified', async () => {
    const browser = newBrowser();
    const answer = await browser.get(await awayAndBack(browser, 'mallory'));
    expect(answer.status).toBe(409);
    expect(browser.session).toBe(null);
  });

  it('accepts an answer once, and only in the browser that started', async () => {
    const browser = newBrowser();
    const callback = await awayAndBack(browser, 'nina');
    const other = newBrowser();
    await other.get('/sign-in');
    expect((await other.get(callback)).status).toBe(401);
    const { location } = await browser.get(callback);
    const session = browser.session;
    expect((await browser.get(callback)).location).toBe('/');
    expect([location, browser.session]).toEqual([expect.any(String), session]);
  });

  it('refuses a changed state, a foreign code, and a refusal of the provider', async () => {
    const browser = newBrowser();
    const callback = await awayAndBack(browser, 'nina');
    const foreign = await awayAndBack(newBrowser(), 'nina');
    const code = new URL(foreign, web.url).searchParams.get('code') ?? '';
    expect((await browser.get(callback.replace(/state=[^&]+/, 'state=x'))).status).toBe(401);
    expect((await browser.get(callback.replace(/code=[^&]+/, `code=${code}`))).status).toBe(401);
    expect((await browser.get(await awayAndBack(browser, 'nobody'))).status).toBe(401);
    expect(browser.session).toBe(null);
  });

  // A sign-in that the provider refused left no trace in the audit trail.
  it('logs a failure once and without the provider’s text', async () => {
    const browser = newBrowser();
    await browser.get(await awayAndBack(browser, 'nobody'));
    await web.auditTrail.flush();
    const failed = await web.catalogue.db
      .selectFrom('audit_events')
      .select('body')
      .where('event', '=', 'signin.failed')
      .where(sql<string>`body ->> 'browser_ip'`, '=', browser.address ?? '')
      .execute();
    expect(failed.map(({ body }) => body)).toEqual([
      expect.objectContaining({ code: 'PS51R', reason: 'identity_refused', actor_type: 'person' }),
    ]);
  });

  // Each sign-in that was begun stood in Redis, 5 KB of it, and one address could fill it.
  it('keeps nothing of those who only begin, however many and long, and refuses none', async () => {
    const next = encodeURIComponent(`/a?${'x'.repeat(4_080)}`);
    const keys = async () => (await web.redis.keys('*')).length;
    const before = await keys();
    const begun = await Promise.all(Array.from({ length: 100 }, () => newBrowser().get(`/sign-in/oidc?next=${next}`)));
    expect(new Set(begun.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await keys()).toBeLessThan(before + 10);
  });

  it('goes on in each of a few tabs, whose cookies stay small and few', async () => {
    const browser = newBrowser();
    const next = `/app/me/sessions?search=${'x'.repeat(4_000)}`;
    const callbacks: string[] = [];
    for (let tab = 0; tab < 7; tab += 1) callbacks.push(await awayAndBack(browser, 'nina', next));
    const kept = [...browser.cookies].filter(([name]) => name.startsWith('postern_oidc_'));
    expect(kept).toHaveLength(4);
    for (const [name, value] of kept) expect(name.length + value.length).toBeLessThan(2_048);
    expect((await browser.get(callbacks.at(0) ?? '')).status).toBe(401);
    expect((await browser.get(callbacks.at(-1) ?? '')).location).toBe('/app/me/sessions');
    expect((await browser.get(callbacks.at(-2) ?? '')).location).toBe('/app/me/sessions');
  });

  it('refuses what another browser was given to keep, and what was changed', async () => {
    const browser = newBrowser();
    const callback = await awayAndBack(browser, 'nina');
    const [name = '', value = ''] = [...browser.cookies].find(([cookie]) => cookie.startsWith('postern_oidc_')) ?? [];
    const other = newBrowser();
    await other.get('/sign-in');
    other.setCookie(name, value);
    expect((await other.get(callback)).status).toBe(401);
    browser.setCookie(name, `${value.slice(0, -4)}AAAA`);
    expect((await browser.get(callback)).status).toBe(401);
    expect([other.session, browser.session]).toEqual([null, null]);
  });
});

describe('signing in again with an OpenID provider', () => {
  it('makes the provider authenticate anew, and knows when it did', async () => {
    const { browser, next } = await signedInForAWhile();
    const away = await browser.get(`/sign-in/oidc?again=yes&next=${encodeURIComponent(next)}`);
    const { searchParams } = new URL(away.location ?? '');
    expect([searchParams.get('prompt'), searchParams.get('max_age')]).toEqual(['login', '0']);
    const before = browser.session;
    const answer = await browser.get(await backFrom(away.location, 'nina'));
    expect([answer.status, answer.location]).toEqual([303, next]);
    expect(browser.session).not.toBe(before);
    const sessions = await sessionsOf('nina@example.com', browser);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]?.authenticated_at?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('treats a sign-in without a time as never recent', async () => {
    const { browser } = await signedInForAWhile();
    expect((await sessionsOf('nina@example.com', browser))[0]?.authenticated_at).toBeNull();
  });

  it('cannot be bypassed by a modified request to the provider', async () => {
    const { browser, next } = await signedInForAWhile();
    const away = new URL((await browser.get(`/sign-in/oidc?again=yes&next=${next}`)).location ?? '');
    away.searchParams.delete('prompt');
    away.searchParams.delete('max_age');
    const answer = await browser.get(await backFrom(away.href, 'nina'));
    expect([answer.status, answer.text]).toEqual([
      401,
      expect.stringContaining('The identity provider did not ask you to sign in again.'),
    ]);
    expect((await sessionsOf('nina@example.com', browser))[0]?.authenticated_at).toBeNull();
  });

  it('does not accept another person', async () => {
    const { browser, next } = await signedInForAWhile();
    const away = await browser.get(`/sign-in/oidc?again=yes&next=${next}`);
    expect((await browser.get(await backFrom(away.location, 'alex'))).status).toBe(401);
    expect((await browser.get('/')).text).toContain('nina@example.com');
  });

  it('is offered to a person without a password, who gets no password form', async () => {
    const { browser, next } = await signedInForAWhile();
    const page = (await browser.get(`/sign-in/again?next=${next}`)).text;
    expect(page).toContain(`href="/sign-in/oidc?again=yes&amp;next=${encodeURIComponent(next)}"`);
    expect(page).not.toContain('name="password"');
  });
});

describe('without an OpenID provider', () => {
  it('its pages do not exist', async () => {
    const plain = await startWeb();
    try {
      expect((await fetch(`${plain.url}/sign-in/oidc`)).status).toBe(404);
      expect(await (await fetch(`${plain.url}/sign-in`)).text()).not.toContain('Continue with');
    } finally {
      await plain.close();
    }
  });
});

/** Nina, in a browser of her own, signed in as always. */
async function signedInForAWhile(): Promise<{ readonly browser: BrowserJar; readonly next: string }> {
  const browser = newBrowser();
  await browser.get(await awayAndBack(browser, 'nina'));
  return { browser, next: '/psql_session/lr-abc' };
}

/** Of the person, in that browser. */
async function sessionsOf(email: string, { address }: BrowserJar) {
  return await web.catalogue.db
    .selectFrom('browser_sessions')
    .innerJoin('users', 'users.id', 'browser_sessions.user_id')
    .select('authenticated_at')
    .where('email', '=', email)
    .where('ip', '=', address ?? '')
    .execute();
}

async function awayAndBack(browser: BrowserJar, account: string, next = '/'): Promise<string> {
  const away = await browser.get(`/sign-in/oidc?next=${encodeURIComponent(next)}`);
  return await backFrom(away.location, account);
}

async function backFrom(away: string | null, account: string): Promise<string> {
  const back = new URL(await provider.signIn(away ?? '', account));
  return `${back.pathname}${back.search}`;
}

function newBrowser(): BrowserJar {
  return new BrowserJar(web.url, { address: newIdentity().address });
}
