// Every provider of the town: sign-in, again after signing out, linking by proof of both, and what
// is told when it does not work.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPersonByEmail } from '../../src/catalogue/accounts/find-person.ts';
import { listIdentities } from '../../src/catalogue/accounts/own-identities.ts';
import { BrowserJar, csrfTokenIn } from '../support/browser/browser-jar.ts';
import { walkThroughProvider } from '../support/browser/oidc-provider.ts';
import {
  addPersonWithPassword,
  newIdentity,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../support/browser/web-for-tests.ts';
import { freePort } from '../support/databases/redis-for-tests.ts';
import {
  environmentOf,
  FLAVOUR_NAMES,
  type FlavourName,
  type ProviderTown,
  startProviderTown,
} from './provider-town.ts';

const CALLBACK = '/sign-in/oidc/callback';
const EMAILS: Readonly<Record<FlavourName, string>> = {
  entra: 'Ann@entra.example',
  google: 'ann@google.example',
  okta: 'ann@okta.example',
  keycloak: 'ann@keycloak.example',
  adfs: 'ann@adfs.example',
};

let town: ProviderTown;
const ports: Partial<Record<FlavourName, number>> = {};

beforeAll(async () => {
  for (const name of FLAVOUR_NAMES) ports[name] = await freePort();
  const redirectUris = FLAVOUR_NAMES.map((name) => [name, `http://localhost:${ports[name]}${CALLBACK}`] as const);
  town = await startProviderTown(Object.fromEntries(redirectUris));
});

afterAll(() => town[Symbol.asyncDispose]());

describe.each(FLAVOUR_NAMES)('a provider that behaves as %s', (name) => {
  let web: WebForTests;
  beforeAll(async () => {
    web = await startWeb({
      POSTERN_HTTP_PORT: String(ports[name]),
      ...Object.fromEntries(environmentOf(name, town)),
    });
  });
  afterAll(() => web.close());

  const newBrowser = () => new BrowserJar(web.url, { address: newIdentity().address });
  const back = async (away: string | null, account = 'ann') => {
    const until = `http://localhost:${ports[name]}${CALLBACK}`;
    const url = new URL(await walkThroughProvider({ start: away ?? '', until, account }));
    return `${url.pathname}${url.search}`;
  };
  const signIn = async (browser: BrowserJar, account?: string) =>
    await browser.get(await back((await browser.get('/sign-in/oidc?next=%2Fapp')).location, account));
  const personWith = async (email: string) => {
    const found = await findPersonByEmail(web.catalogue.db, email);
    return found.kind === 'unknown' ? expect.fail(`nobody has ${email}`) : found.user;
  };

  it('links an identity by proof of both, and unlinks it while another way remains', async () => {
    const own = `linked-${name}`;
    await addPersonWithPassword(web, own);
    const browser = newBrowser();
    const form = { csrf_token: await browser.csrfToken('/sign-in'), email: `${own}@example.com`, password: PASSWORD };
    await browser.post('/sign-in', { ...form, next: '/app' });
    const csrf_token = await browser.csrfToken('/app/me/profile');
    const page = await browser.post('/sign-in/oidc/link', { csrf_token });
    const away = /href="(http:\/\/127\.0\.0\.1[^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(new URL(away).searchParams.get('prompt')).toBe('login');
    const answer = await browser.get(await back(away));
    expect([answer.status, answer.location]).toEqual([303, '/app/me/profile?done=identity_linked']);
    const there = newBrowser();
    expect((await signIn(there)).status).toBe(303);
    expect((await there.get('/app/me/profile')).text).toContain(`${own}@example.com`);
    const { id } = await personWith(`${own}@example.com`);
    const [identity, ...more] = await listIdentities(web.catalogue, id);
    expect(more).toEqual([]);
    const which = { csrf_token, issuer: identity?.issuer ?? '', subject: identity?.subject ?? '' };
    expect((await browser.post('/app/me/profile/identities/unlink', which)).location).toContain('identity_unlinked');
    expect(await listIdentities(web.catalogue, id)).toEqual([]);
  });

  it('signs a new person in with a verified address, and again after signing out', async () => {
    const browser = newBrowser();
    expect((await signIn(browser)).location).toBe('/app');
    expect(await personWith(EMAILS[name])).toMatchObject({ email: EMAILS[name], emailVerified: true });
    const page = (await browser.get('/app/me/profile')).text;
    await browser.post('/sign-out', { csrf_token: csrfTokenIn(page) });
    expect((await browser.get('/app/me/profile')).location).toContain('/sign-in');
    expect((await signIn(browser)).location).toBe('/app');
    expect(await listIdentities(web.catalogue, (await personWith(EMAILS[name])).id)).toHaveLength(1);
  });

  it('keeps the only way to sign in', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const [identity] = await listIdentities(web.catalogue, (await personWith(EMAILS[name])).id);
    const csrf_token = await browser.csrfToken('/app/me/profile');
    const which = { csrf_token, issuer: identity?.issuer ?? '', subject: identity?.subject ?? '' };
    await web.catalogue.db.updateTable('browser_sessions').set({ authenticated_at: new Date() }).execute();
    const refused = await browser.post('/app/me/profile/identities/unlink', which);
    expect([refused.status, refused.text.includes('the only way in which you sign in')]).toEqual([409, true]);
  });

  it('tells the person and the log when it declines', async () => {
    const refused = await signIn(newBrowser(), 'nobody');
    expect([refused.status, refused.text.includes('access_denied')]).toEqual([401, true]);
    expect(web.logged()).toContain('"provider_error":"access_denied"');
  });

  it('has its surplus of groups told in the log and ignored', () => {
    expect(web.logged().includes('"event":"signin.claims_elsewhere"')).toBe(name === 'entra');
  });
});
