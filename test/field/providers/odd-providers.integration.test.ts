// A provider's answers at their edges: who gets in, as whom, and what the log says of the others.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listIdentities } from '../../../src/catalogue/accounts/own-identities.ts';
import type { UserId } from '../../../src/ids.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { walkThroughProvider } from '../../support/browser/oidc-provider.ts';
import { newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { withOneTimeCodes } from '../../support/second-factors-for-tests.ts';
import { ODD_CLIENT, type OddAnswer, type OddProvider, startOddProvider } from './odd-provider.ts';

const CALLBACK = '/sign-in/oidc/callback';
const NOW_S = Math.floor(Date.now() / 1_000);
const proven = (email: string) => ({ email, email_verified: true });
const ANN = proven('ann@odd.example');
const MANY = Array.from({ length: 500 }, (_each, at) => `CN=group-${at},OU=Groups,DC=odd,DC=example`);

let provider: OddProvider;
let web: WebForTests;

beforeAll(async () => {
  const port = await freePort();
  provider = await startOddProvider();
  web = await startWeb({
    POSTERN_HTTP_PORT: String(port),
    POSTERN_OIDC_ISSUER: provider.issuer,
    POSTERN_OIDC_CLIENT_ID: ODD_CLIENT,
    POSTERN_OIDC_CLIENT_SECRET: 'secret',
    POSTERN_OIDC_GROUPS_CLAIM: 'groups',
    POSTERN_OIDC_SECOND_FACTOR: 'mfa,urn:okta:loa:2fa:any',
  });
});

afterAll(async () => {
  await web.close();
  await provider[Symbol.asyncDispose]();
});

async function signIn(answer: OddAnswer) {
  provider.answerWith(answer);
  const browser = new BrowserJar(web.url, { address: newIdentity().address });
  const { location } = await browser.get('/sign-in/oidc?next=%2Fapp');
  const url = new URL(
    await walkThroughProvider({ start: location ?? '', until: `${web.url}${CALLBACK}`, account: 'ann' }),
  );
  return { browser, ...(await browser.get(`${url.pathname}${url.search}`)) };
}

/** The id of whom the browser is signed in as; null for nobody. */
async function personOf(answer: OddAnswer): Promise<UserId | null> {
  const { location } = await signIn(answer);
  if (location !== '/app') return null;
  const { iss = provider.issuer, sub = 'ann' } = answer.idToken ?? {};
  const identities = web.catalogue.db.selectFrom('identities').select('user_id').where('issuer', '=', String(iss));
  return (await identities.where('subject', '=', String(sub)).executeTakeFirst())?.user_id ?? null;
}

describe('a person of an odd provider is let in, and is the same one next time', () => {
  it.each<[string, (email: string) => OddAnswer]>([
    ['signed by ES256', (email) => ({ idToken: proven(email), alg: 'ES256' })],
    ['signed by PS256', (email) => ({ idToken: proven(email), alg: 'PS256' })],
    [
      'for several audiences',
      (email) => ({ idToken: { ...proven(email), aud: [ODD_CLIENT, 'api'], azp: ODD_CLIENT } }),
    ],
    ['by a clock that is ahead', (email) => ({ idToken: { ...proven(email), iat: NOW_S + 20 } })],
    ['by the userinfo endpoint alone', (email) => ({ userinfo: proven(email) })],
    ['with the address as its name', (email) => ({ idToken: { email: null, upn: email } })],
    ['with "true" for true', (email) => ({ idToken: { email, email_verified: 'true' } })],
    ['without email_verified', (email) => ({ idToken: { email } })],
    ['with a session that is no text', (email) => ({ idToken: { ...proven(email), sid: 7 } })],
    // OpenID Connect Core 3.1.3.7, 6: over TLS it is the connection that says who sent it.
    ['by a key that is not published', (email) => ({ idToken: proven(email), signer: 'a_key_of_nobody' })],
    ['with groups as objects', (email) => ({ idToken: { ...proven(email), groups: [{ id: 1, displayName: 'DBA' }] } })],
    ['with one group as a text', (email) => ({ idToken: { ...proven(email), groups: 'dba' } })],
    ['with 500 distinguished names', (email) => ({ idToken: { ...proven(email), groups: MANY } })],
    ['with groups that are no list', (email) => ({ idToken: { ...proven(email), groups: { dba: true } } })],
    ['with a hundred kilobytes', (email) => ({ idToken: { ...proven(email), extra: 'x'.repeat(100_000) } })],
  ])('%s', async (what, answerFor) => {
    const email = `${what.replaceAll(/\W/g, '-')}@odd.example`;
    const answer = answerFor(email);
    const whole = { ...answer, idToken: { ...answer.idToken, sub: email } };
    const first = await personOf(whole);
    expect(first).toEqual(expect.any(String));
    expect(await personOf(whole)).toBe(first);
  });

  it('when the provider changed its keys between two sign-ins', async () => {
    const idToken = { ...proven('rotated@odd.example'), sub: 'rotated' };
    const first = await personOf({ idToken });
    await provider.rotateKeys();
    expect([first !== null, await personOf({ idToken })]).toEqual([true, first]);
  });

  it('and another one where the case of the subject differs', async () => {
    const one = await personOf({ idToken: { ...proven('one@odd.example'), sub: 'case' } });
    const other = await personOf({ idToken: { ...proven('other@odd.example'), sub: 'CASE' } });
    expect([one === null, other === null, one === other]).toEqual([false, false, false]);
  });

  it('and another one who was given an address that the first had', async () => {
    const one = await personOf({ idToken: { ...proven('shared@odd.example'), sub: 'leaver' } });
    const given = await signIn({ idToken: { ...proven('shared@odd.example'), sub: 'joiner' } });
    expect([one !== null, given.status]).toEqual([true, 409]);
    expect(await personOf({ idToken: { ...proven('new@odd.example'), sub: 'leaver' } })).toBe(one);
  });
});

describe('a person whose groups are elsewhere', () => {
  it.each([
    ['as Entra ID has them for more than 200', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } }],
    ['as Entra ID says it in short', { hasgroups: 'true' }],
  ])('%s is let in, and the log says that nothing changes', async (_how, claims) => {
    const before = web.logged().length;
    const email = `${Object.keys(claims)[0]}@odd.example`;
    expect(await personOf({ idToken: { ...proven(email), sub: email, ...claims } })).toEqual(expect.any(String));
    const said = web.logged().slice(before);
    expect(said).toContain('"event":"signin.groups_elsewhere"');
    expect(said).toContain('teams and memberships stay as they were');
  });
});

describe('an answer that proves nothing is refused', () => {
  it.each<[string, OddAnswer]>([
    ['without the nonce', { idToken: { ...ANN, nonce: undefined } }],
    ['with the nonce of another sign-in', { idToken: { ...ANN, nonce: 'of-another' } }],
    ['for another client', { idToken: { ...ANN, aud: 'another' } }],
    ['for several audiences, by another of them', { idToken: { ...ANN, aud: [ODD_CLIENT, 'api'], azp: 'api' } }],
    ['of another issuer', { idToken: { ...ANN, iss: 'https://login.example' } }],
    ['that has ended', { idToken: { ...ANN, iat: NOW_S - 4_000, exp: NOW_S - 3_600 } }],
    ['whose subject is a number', { idToken: { ...ANN, sub: 7 } }],
    ['without a subject', { idToken: { ...ANN, sub: undefined } }],
  ])('%s, and the log says why', async (_what, answer) => {
    const before = web.logged().length;
    const { status, location } = await signIn(answer);
    expect([status, location]).toEqual([401, null]);
    expect(web.logged().slice(before)).toMatch(/"event":"signin\.provider_failed".*"err":/);
  });

  it('without any address, and the log names the claims', async () => {
    const before = web.logged().length;
    expect((await signIn({ idToken: { sub: 'nameless', name: 'Ann' } })).status).toBe(400);
    const line = web
      .logged()
      .slice(before)
      .split('\n')
      .find((each) => each.includes('signin.no_email'));
    expect(line).toContain('"expected_claims":["email","preferred_username","upn"]');
    expect(line).toContain('"name"');
  });
});

describe('a provider that vouches for a second factor', () => {
  const bossy = (claims: object) => ({ idToken: { ...proven('two@odd.example'), sub: 'two', ...claims } });
  const methodOf = async (userId: UserId) => {
    const sessions = web.catalogue.db.selectFrom('browser_sessions').select('sign_in_method');
    return (await sessions.where('user_id', '=', userId).orderBy('created_at', 'desc').executeTakeFirst())
      ?.sign_in_method;
  };

  it.each<[string, object, 'oidc' | 'oidc+mfa']>([
    ['in a list', { amr: ['pwd', 'mfa'] }, 'oidc+mfa'],
    ['in one word', { amr: 'mfa' }, 'oidc+mfa'],
    ['by its class', { acr: 'urn:okta:loa:2fa:any' }, 'oidc+mfa'],
    ['by a word that the operator did not name', { amr: ['pwd', 'otp'] }, 'oidc'],
    ['in other letters', { amr: ['MFA'] }, 'oidc'],
    ['not at all', {}, 'oidc'],
  ])('%s is taken at its word where the operator says so', async (_how, claims, method) => {
    const userId = (await personOf(bossy(claims))) ?? expect.fail('nobody was let in');
    expect(await methodOf(userId)).toBe(method);
  });

  it('is not by the userinfo endpoint, which does not speak of this sign-in', async () => {
    const userId = (await personOf({ ...bossy({}), userinfo: { amr: ['mfa'] } })) ?? expect.fail('nobody');
    expect(await methodOf(userId)).toBe('oidc');
  });

  it('is the second step of people who have set up one here, and nobody else is', async () => {
    const userId = (await personOf(bossy({ amr: ['mfa'] }))) ?? expect.fail('nobody');
    await withOneTimeCodes(web.catalogue, userId);
    expect((await signIn(bossy({}))).location).toBe('/sign-in/second-step');
    expect((await signIn(bossy({ amr: ['mfa'] }))).location).toBe('/app');
    expect(await listIdentities(web.catalogue, userId)).toHaveLength(1);
  });
});
