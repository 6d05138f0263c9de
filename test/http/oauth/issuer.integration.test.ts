import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { replaceSigningKeys } from '../../../src/catalogue/oauth/signing-keys.ts';
import { confirmEmailChange, requestEmailChange } from '../../../src/catalogue/people/email-changes.ts';
import { disablePerson, removePerson } from '../../../src/catalogue/people/manage-people.ts';
import { createResetLink, resetPassword } from '../../../src/catalogue/people/reset-links.ts';
import { API_SCOPES } from '../../../src/catalogue/rights/scopes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { newVisitor, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actorOf } from '../../support/databases/catalogue-for-tests.ts';
import { ask, askAndAnswer, CALLBACK, comeBack, decide, openConsent, ProgramForTests } from './program-for-tests.ts';

let web: WebForTests;
let program: ProgramForTests;

beforeAll(async () => {
  web = await startWeb({ POSTERN_OAUTH_CLIENTS: 'neonctl,another' });
  program = new ProgramForTests(web.localUrl);
});

afterAll(() => web.close());

async function statusWith(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${web.localUrl}/api/v2/users/me`, { headers })).status;
}

const refused = (error: string, status = 400) => ({ status, body: expect.objectContaining({ error }) });

describe('discovery', () => {
  it.each(['openid-configuration', 'oauth-authorization-server'])(
    '%s has what psql and programs need',
    async (name) => {
      const response = await fetch(`${web.localUrl}/.well-known/${name}`);
      const document = await response.json();
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(document).toMatchObject({
        issuer: web.url,
        device_authorization_endpoint: `${web.url}/oauth/device_authorization`,
        token_endpoint: `${web.url}/oauth/token`,
        authorization_endpoint: `${web.url}/oauth/authorize`,
        code_challenge_methods_supported: ['S256'],
        response_modes_supported: ['query'],
        scopes_supported: expect.arrayContaining(['openid', ...API_SCOPES]),
      });
    },
  );

  it('knows devices alone where no program may ask', async () => {
    await using none = await startWithout();
    const document = await (await fetch(`${none.localUrl}/.well-known/openid-configuration`)).json();
    expect(document).not.toHaveProperty('authorization_endpoint');
    expect((await fetch(`${none.localUrl}/oauth/authorize`)).status).toBe(404);
  });
});

async function startWithout() {
  const none = await startWeb({ POSTERN_OAUTH_CLIENTS: 'none' });
  return { ...none, [Symbol.asyncDispose]: () => none.close() };
}

describe('a program that its person lets in', () => {
  it('gets short tokens, a signed ID token, and what it asked to know', async () => {
    const { browser, person } = await newVisitor(web);
    const tokens = await program.signIn(browser);
    expect(tokens.access_token).toMatch(/^[\w-]{43}$/);
    expect(tokens.expires_in).toBe(3_600);
    expect(tokens.scope.split(' ')).toEqual(expect.arrayContaining([...API_SCOPES]));
    const keys = createRemoteJWKSet(new URL(`${web.localUrl}/oauth/jwks`));
    const expected = { issuer: web.url, audience: 'neonctl', algorithms: ['RS256'] };
    expect((await jwtVerify(tokens.id_token, keys, expected)).payload.sub).toBe(person.userId);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const known = await (await fetch(`${web.localUrl}/oauth/userinfo`, { headers })).json();
    expect(known).toMatchObject({ sub: person.userId, email: person.email });
  });

  it('gets state and issuer back with its code', async () => {
    const asking = ask();
    const back = await askAndAnswer((await newVisitor(web)).browser, asking);
    expect(Object.fromEntries(back)).toEqual({ code: expect.any(String), state: asking.state, iss: web.url });
  });

  it('is asked for again, however often it was let in', async () => {
    const { browser } = await newVisitor(web);
    await program.signIn(browser);
    expect(await openConsent(browser, ask())).toMatch(/^\/consent\//);
    const silent = await browser.get(ask({ prompt: 'none' }).path);
    expect(new URL(silent.location ?? '').searchParams.get('error')).toBe('consent_required');
  });

  it('stands in the trail: let in, used, and revoked by itself', async () => {
    const { browser, person } = await newVisitor(web);
    const tokens = await program.signIn(browser);
    await statusWith(tokens.access_token);
    expect((await program.revoke(tokens.refresh_token)).status).toBe(200);
    expect(await statusWith(tokens.access_token)).toBe(401);
    await web.auditTrail.flush();
    const events = web.catalogue.db.selectFrom('audit_events').select(['event', 'body']).orderBy('id');
    const rows = (await events.execute()).filter(({ body }) => JSON.stringify(body).includes('access of program'));
    const own = rows.filter(({ body }) => JSON.stringify(body).includes(person.email)).map(({ event }) => event);
    expect(own.toSorted()).toEqual(['secret.created', 'secret.revoked', 'secret.used']);
  });
});

describe('a request that is wrong', () => {
  it.each([
    ['the address of another machine', { redirect_uri: 'https://evil.example/callback' }],
    ['another path', { redirect_uri: 'http://127.0.0.1:49152/elsewhere' }],
    ['localhost, which may be another machine', { redirect_uri: 'http://localhost:49152/callback' }],
    ['no address', { redirect_uri: undefined, client_id: 'neonctl' }],
    ['an unknown program', { client_id: 'unknown' }],
  ])('with %s leads nowhere', async (_what, change) => {
    const { browser } = await newVisitor(web);
    const { status, location, text } = await browser.get(ask(change).path);
    expect([status, location]).toEqual([400, null]);
    expect(text).toContain('can’t be let in');
  });

  // The provider answered with a page of its own, which posts to the program.
  it.each(['form_post', 'fragment', 'jwt', 'web_message', 'x', 'query&response_mode=form_post'])(
    'with response_mode=%s is refused by a page of ours',
    async (mode) => {
      const { browser } = await newVisitor(web);
      const { status, location, text } = await browser.get(`${ask().path}&response_mode=${mode}`);
      expect([status, location]).toEqual([400, null]);
      expect(text).toContain('can’t be let in');
    },
  );

  it.each(['', 'query'])('is none with response_mode=%s', async (response_mode) => {
    const { browser } = await newVisitor(web);
    expect(await openConsent(browser, ask({ response_mode }))).toMatch(/^\/consent\//);
  });

  it.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['tokens in the address', { response_type: 'token' }, 'invalid_request'],
  ])('with %s goes back to the program', async (_what, change, error) => {
    const { browser } = await newVisitor(web);
    const back = new URL((await browser.get(ask(change).path)).location ?? 'http://nowhere');
    expect(back.href.startsWith(CALLBACK)).toBe(true);
    expect(new URLSearchParams(back.search || back.hash.slice(1)).get('error')).toBe(error);
  });
});

describe('the page of consent', () => {
  it('names program, person, rights and where the answer goes, and is in no frame', async () => {
    const { browser, person } = await newVisitor(web);
    const page = await browser.get(await openConsent(browser, ask()));
    for (const word of ['neonctl', person.email, 'Delete or move', 'API keys', '127.0.0.1:49152']) {
      expect(page.text).toContain(word);
    }
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  it('promises only what was asked for', async () => {
    const { browser } = await newVisitor(web);
    const page = await browser.get(await openConsent(browser, ask({ scope: 'openid urn:neoncloud:projects:read' })));
    expect(page.text).toContain('with their computes, databases, roles and passwords');
    expect(page.text).not.toContain('Delete or move');
    expect(page.text).not.toContain('API keys');
  });

  it('comes after a sign-in, and is of one browser', async () => {
    const { browser } = await newVisitor(web);
    const path = await openConsent(browser, ask());
    const { browser: other } = await newVisitor(web);
    expect((await other.get(path)).status).toBe(404);
    browser.setSession('');
    expect((await browser.get(path)).location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
  });

  it('takes no answer from another site', async () => {
    const { browser } = await newVisitor(web);
    const path = await openConsent(browser, ask());
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
    const csrf_token = await browser.csrfToken(path);
    expect((await browser.post(path, { csrf_token, decision: 'allow' }, headers)).status).toBe(403);
  });

  it('tells the program of a denial', async () => {
    const asking = ask();
    const back = await askAndAnswer((await newVisitor(web)).browser, asking, 'deny');
    expect(Object.fromEntries(back)).toMatchObject({ error: 'access_denied', state: asking.state, iss: web.url });
  });

  it('counts the first answer', async () => {
    const { browser } = await newVisitor(web);
    const path = await openConsent(browser, ask());
    const csrf_token = await browser.csrfToken(path);
    await browser.post(path, { csrf_token, decision: 'deny' });
    await browser.post(path, { csrf_token, decision: 'allow' });
    expect((await comeBack(browser, path)).get('error')).toBe('access_denied');
  });
});

describe('a code', () => {
  async function newCode() {
    const { browser } = await newVisitor(web);
    const asking = ask();
    return { asking, code: (await askAndAnswer(browser, asking)).get('code') ?? '' };
  }

  it.each([
    ['the wrong verifier', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', { code_verifier: undefined }],
    ['another address', { redirect_uri: 'http://127.0.0.1:1/callback' }],
    ['another program', { client_id: 'another' }],
  ])('with %s is refused', async (_what, change) => {
    const { asking, code } = await newCode();
    expect(await program.exchange(asking, code, change)).toMatchObject(refused('invalid_grant'));
  });

  it('that comes twice ends everything that it gave', async () => {
    const { asking, code } = await newCode();
    const { body } = await program.exchange(asking, code);
    const access = String(body.access_token);
    expect(await statusWith(access)).toBe(200);
    expect(await program.exchange(asking, code)).toMatchObject(refused('invalid_grant'));
    expect(await statusWith(access)).toBe(401);
    expect(await program.refresh(String(body.refresh_token))).toMatchObject(refused('invalid_grant'));
  });

  it('that comes twice at once gives at most one a token, and that ends', async () => {
    const { asking, code } = await newCode();
    const answers = await Promise.all([1, 2, 3, 4].map(() => program.exchange(asking, code)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { body } of given) expect(await statusWith(String(body.access_token))).toBe(401);
  });

  it('is nothing to an unknown program, and no secret is taken', async () => {
    const { asking, code } = await newCode();
    const unknown = await program.exchange(asking, code, { client_id: 'unknown' });
    expect(unknown).toMatchObject(refused('invalid_client', 401));
  });
});

describe('a refresh token', () => {
  it('changes with each use, and the one before ends everything', async () => {
    const tokens = await program.signIn((await newVisitor(web)).browser);
    const { status, body } = await program.refresh(tokens.refresh_token);
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(tokens.refresh_token);
    expect(await statusWith(String(body.access_token))).toBe(200);
    expect(await program.refresh(tokens.refresh_token)).toMatchObject(refused('invalid_grant'));
    expect(await statusWith(String(body.access_token))).toBe(401);
    expect(await program.refresh(String(body.refresh_token))).toMatchObject(refused('invalid_grant'));
  });

  it('of one program is nothing to another, and widens no scope', async () => {
    const tokens = await program.signIn((await newVisitor(web)).browser, 'openid offline urn:neoncloud:projects:read');
    const other = await program.refresh(tokens.refresh_token, { client_id: 'another' });
    expect(other).toMatchObject(refused('invalid_grant'));
    const wider = await program.refresh(tokens.refresh_token, { scope: 'openid urn:neoncloud:projects:delete' });
    expect(wider).toMatchObject(refused('invalid_scope'));
    await program.revoke(tokens.refresh_token, { client_id: 'another' });
    expect(await statusWith(tokens.access_token)).toBe(200);
  });

  it('is only given to programs that ask to come back', async () => {
    const asking = ask({ scope: 'openid urn:neoncloud:projects:read' });
    const code = (await askAndAnswer((await newVisitor(web)).browser, asking)).get('code') ?? '';
    expect((await program.exchange(asking, code)).body).not.toHaveProperty('refresh_token');
  });
});

const ENDS: Readonly<Record<string, (userId: UserId) => Promise<unknown>>> = {
  'has a new password': async (userId) => {
    const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId });
    const reset = { token: token.reveal(), password: new Secret('another long password') };
    return await resetPassword(web.catalogue, SYSTEM_CONTEXT, reset);
  },
  'has a new address': async (userId) => {
    const context = { ...SYSTEM_CONTEXT, actor: await actorOf(web.catalogue, userId) };
    const { token } = await requestEmailChange(web.catalogue, context, { email: `${userId}@new.example` });
    return await confirmEmailChange(web.catalogue, context, { token: token.reveal(), keepSessionId: '' });
  },
  'is disabled': (userId) => disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId }),
  'is removed': (userId) => removePerson(web.catalogue, SYSTEM_CONTEXT, { userId }),
};

describe('access', () => {
  it('is listed and revoked by its person', async () => {
    const { browser } = await newVisitor(web);
    const tokens = await program.signIn(browser);
    const { text } = await browser.get('/app/me/sessions');
    const path = /href="(\/app\/me\/sessions\/programs\/[^"]+)"/.exec(text)?.[1] ?? '';
    await browser.post(path, { csrf_token: await browser.csrfToken(path) });
    expect(await statusWith(tokens.access_token)).toBe(401);
    expect((await browser.get('/app/me/sessions')).text).not.toContain(path);
  });

  it('of another is not found', async () => {
    const { browser } = await newVisitor(web);
    await program.signIn(browser);
    const path = /href="(\/app\/me\/sessions\/programs\/[^"]+)"/.exec(
      (await browser.get('/app/me/sessions')).text,
    )?.[1];
    expect((await (await newVisitor(web)).browser.get(path ?? '')).status).toBe(404);
  });

  it('ends when its person signs out everywhere, or is disabled', async () => {
    for (const end of ['signed out', 'disabled'] as const) {
      const { browser, person } = await newVisitor(web);
      const tokens = await program.signIn(browser);
      const { db } = web.catalogue;
      if (end === 'signed out') await endAllBrowserSessions(web.catalogue, SYSTEM_CONTEXT, person.userId);
      else await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', person.userId).execute();
      expect(await statusWith(tokens.access_token), end).toBe(401);
      expect(await program.refresh(tokens.refresh_token), end).toMatchObject(refused('invalid_grant'));
    }
  });

  it.each(Object.entries(ENDS))('ends when its person %s, refresh token and all', async (_why, end) => {
    const { browser, person } = await newVisitor(web);
    const tokens = await program.signIn(browser);
    await end(person.userId);
    expect(await statusWith(tokens.access_token)).toBe(401);
    expect(await program.refresh(tokens.refresh_token)).toMatchObject(refused('invalid_grant'));
    const left = web.catalogue.db.selectFrom('oauth_consents').select('id').where('user_id', '=', person.userId);
    expect(await left.execute()).toEqual([]);
  });

  it('ends with the code that nobody fetched, too', async () => {
    const { browser, person } = await newVisitor(web);
    const asking = ask();
    const path = await openConsent(browser, asking);
    await decide(browser, path, 'allow');
    const code = (await comeBack(browser, path)).get('code') ?? '';
    await endAllBrowserSessions(web.catalogue, SYSTEM_CONTEXT, person.userId);
    expect(await program.exchange(asking, code)).toMatchObject(refused('invalid_grant'));
  });
});

describe('signing keys', () => {
  it('are the same for all who ask at once, sealed, and change with an overlap', async () => {
    const { catalogue } = web;
    const days = (count: number) => ({ ...catalogue, clock: { now: () => new Date(Date.now() + count * 86_400_000) } });
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => replaceSigningKeys(catalogue)));
    for (const other of others) expect(other.current.kid).toBe(first?.current.kid);
    const row = await catalogue.db.selectFrom('oauth_signing_keys').selectAll().executeTakeFirstOrThrow();
    expect(row.sealed_private_key).not.toContain(String(first?.current.d));
    const early = await replaceSigningKeys(days(89));
    expect(early.current.kid).toBe(first?.current.kid);
    expect(early.published).toHaveLength(2);
    const late = await replaceSigningKeys(days(92));
    expect(late.current.kid).not.toBe(first?.current.kid);
    expect(late.published.map(({ kid }) => kid)).toContain(first?.current.kid);
    expect((await replaceSigningKeys(days(95))).published).toHaveLength(1);
    expect(JSON.stringify(late.published)).not.toContain('"d"');
  });
});

describe('the log and Redis', () => {
  it('hold no code, token or verifier', async () => {
    const { browser } = await newVisitor(web);
    const asking = ask();
    const code = (await askAndAnswer(browser, asking)).get('code') ?? '';
    const { body } = await program.exchange(asking, code);
    const secrets = [code, asking.verifier, asking.state, String(body.access_token), String(body.refresh_token)];
    await program.exchange(asking, code);
    const stored = JSON.stringify(await web.catalogue.db.selectFrom('oauth_tokens').selectAll().execute());
    for (const secret of secrets) {
      expect(web.logged()).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
  });
});
