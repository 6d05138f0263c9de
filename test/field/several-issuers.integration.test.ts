// One installation with all providers of the town: which one a person goes to, and who is whom.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPersonByEmail } from '../../src/catalogue/accounts/find-person.ts';
import { listIdentities } from '../../src/catalogue/accounts/own-identities.ts';
import { BrowserJar } from '../support/browser/browser-jar.ts';
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

let town: ProviderTown;
let web: WebForTests;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const redirectUris = FLAVOUR_NAMES.map((name) => [name, `http://localhost:${port}${CALLBACK}/${name}`] as const);
  town = await startProviderTown(Object.fromEntries(redirectUris));
  const named = FLAVOUR_NAMES.flatMap((name) => environmentOf(name, town, `POSTERN_OIDC_${name.toUpperCase()}_`));
  web = await startWeb({
    POSTERN_HTTP_PORT: String(port),
    POSTERN_OIDC_ISSUERS: FLAVOUR_NAMES.join(','),
    ...Object.fromEntries(named),
    POSTERN_OIDC_ENTRA_DOMAINS: 'entra.example',
    POSTERN_OIDC_OKTA_DOMAINS: 'okta.example bücher.example',
  });
});

afterAll(async () => {
  await web.close();
  await town[Symbol.asyncDispose]();
});

const newBrowser = () => new BrowserJar(web.url, { address: newIdentity().address });

async function back(away: string | null, account = 'ann'): Promise<string> {
  const until = `http://localhost:${port}${CALLBACK}`;
  const url = new URL(await walkThroughProvider({ start: away ?? '', until, account }));
  return `${url.pathname}${url.search}`;
}

async function signIn(browser: BrowserJar, name: FlavourName, account?: string) {
  return await browser.get(
    await back((await browser.get(`/sign-in/oidc?issuer=${name}&next=%2Fapp`)).location, account),
  );
}

/** The page that a form with this e-mail and no password leads to. */
async function leaveByEmail(email: string) {
  const browser = newBrowser();
  const csrf_token = await browser.csrfToken('/sign-in');
  return await browser.post('/sign-in', { csrf_token, email, password: '', next: '/app' });
}

const idOf = async (email: string) => {
  const found = await findPersonByEmail(web.catalogue.db, email);
  return found.kind === 'unknown' ? expect.fail(`nobody has ${email}`) : found.user.id;
};

describe('an installation with several issuers', () => {
  it('has a button for each', async () => {
    const page = (await newBrowser().get('/sign-in')).text;
    for (const name of FLAVOUR_NAMES) expect(page).toContain(`/sign-in/oidc?issuer=${name}&amp;next=`);
    expect((await newBrowser().get('/sign-in/oidc?issuer=elsewhere')).status).toBe(404);
  });

  it.each([
    ['nobody@ENTRA.example', 'entra'],
    ['nobody@bücher.example', 'okta'],
    ['nobody@xn--bcher-kva.example', 'okta'],
  ] as const)('sends %s to the issuer of its domain, known or not', async (email, name) => {
    const page = await leaveByEmail(email);
    const away = new URL(/url=(.*)/.exec(page.headers.get('refresh') ?? '')?.[1] ?? 'x:');
    expect([page.status, away.href.startsWith(town.issuers[name] ?? '-')]).toEqual([200, true]);
    expect(away.searchParams.get('login_hint')).toBe(email);
  });

  it('answers an e-mail of no issuer like a wrong password, known or not', async () => {
    const { email } = await addPersonWithPassword(web);
    const answers = [await leaveByEmail(email), await leaveByEmail('nobody@nowhere.example')];
    expect(answers.map(({ status, location }) => [status, location?.replace(/kept=.*/, '')])).toEqual([
      [answers[0]?.status, answers[0]?.location?.replace(/kept=.*/, '')],
      [answers[0]?.status, answers[0]?.location?.replace(/kept=.*/, '')],
    ]);
    expect(answers[0]?.headers.get('refresh')).toBeNull();
  });

  it('refuses the answer of one issuer at the address of another', async () => {
    const browser = newBrowser();
    const answer = await back((await browser.get('/sign-in/oidc?issuer=okta')).location);
    expect((await browser.get(answer.replace('callback/okta', 'callback/google'))).status).toBe(401);
    expect(browser.session).toBeNull();
  });

  it('keeps people of one address at two issuers apart until both are proved', async () => {
    const browser = newBrowser();
    expect((await signIn(browser, 'google', 'twin')).location).toBe('/app');
    const other = newBrowser();
    expect((await signIn(other, 'keycloak', 'twin')).status).toBe(409);
    await web.catalogue.db.updateTable('browser_sessions').set({ authenticated_at: new Date() }).execute();
    const csrf_token = await browser.csrfToken('/app/me/profile');
    const page = await browser.post('/sign-in/oidc/link', { csrf_token, issuer: 'keycloak' });
    const away = /href="(http:\/\/127\.0\.0\.1[^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await browser.get(await back(away, 'twin'))).location).toContain('identity_linked');
    expect((await signIn(other, 'keycloak', 'twin')).location).toBe('/app');
    expect(await listIdentities(web.catalogue, await idOf('twin@shared.example'))).toHaveLength(2);
    const profile = await other.get('/app/me/profile');
    expect(profile.text).toMatch(/google[\s\S]*keycloak|keycloak[\s\S]*google/);
  });

  it('counts no address as verified that belongs to another issuer', async () => {
    const ann = await addPersonWithPassword(web, 'boss');
    await web.catalogue.db
      .updateTable('users')
      .set({ email: 'boss@entra.example', email_key: 'boss@entra.example' })
      .where('id', '=', ann.userId)
      .execute();
    expect((await signIn(newBrowser(), 'google', 'boss')).status).toBe(409);
  });

  it('lets people with a password in by it, whatever the domain', async () => {
    const { email } = await addPersonWithPassword(web);
    expect((await newBrowser().signIn(email, PASSWORD, '/app')).location).toBe('/app');
  });
});
