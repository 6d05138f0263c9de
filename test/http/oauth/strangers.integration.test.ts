import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { newVisitor, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ask, CALLBACK, openConsent, ProgramForTests } from './program-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const keptRequests = async () => (await web.redis.keys(redisKeys.oauthRequest('*'))).length;

describe('a request of a program', () => {
  beforeEach(async () => {
    await web.redis.flushall();
  });

  it('of a stranger keeps nothing, and comes back after the sign-in', async () => {
    const stranger = new BrowserJar(web.url, { address: '198.51.100.7' });
    const { path } = ask({ state: 'x'.repeat(1_000) });
    const { status, location } = await stranger.get(path);
    expect([status, await keptRequests()]).toEqual([303, 0]);
    const next = new URL(location ?? '', web.url).searchParams.get('next') ?? '';
    const { browser } = await newVisitor(web);
    const consent = (await browser.get(next)).location ?? '';
    expect((await browser.get(consent)).text).toContain('neonctl');
    expect(await keptRequests()).toBe(1);
  });

  it('of a stranger who may not be asked goes back to the program, and keeps nothing', async () => {
    const back = await new BrowserJar(web.url, { address: '198.51.100.7' }).get(ask({ prompt: 'none' }).path);
    expect(back.location).toMatch(new RegExp(`^${CALLBACK.replaceAll('.', '\\.')}\\?error=`));
    expect(await keptRequests()).toBe(0);
  });

  it('of a person falls out for the newest of fifty', async () => {
    const { browser } = await newVisitor(web);
    const first = await openConsent(browser, ask());
    for (let count = 0; count < 50; count++) await browser.get(ask().path);
    expect(await keptRequests()).toBe(50);
    expect((await browser.get(first)).status).toBe(404);
  });

  it('of more than 2,048 characters is answered with a page', async () => {
    const { browser } = await newVisitor(web);
    const { status, text } = await browser.get(ask({ state: 'x'.repeat(2_000) }).path);
    expect([status, await keptRequests()]).toEqual([414, 0]);
    expect(text).toContain('It may have 2048 characters');
  });
});

/** With headers and paths that `fetch` does not send. */
async function sendRaw(path: string, headers: Readonly<Record<string, string>>) {
  return await new Promise<{ status: number | undefined; location: string | undefined }>((resolve, reject) => {
    request(web.localUrl, { path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, location: answer.headers.location });
    })
      .on('error', reject)
      .end();
  });
}

describe('an address of ours', () => {
  it.each([
    ['Host', { host: 'a b\\"' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'a b\\"' }],
    ['a foreign X-Forwarded-Host', { 'x-forwarded-host': 'evil.example' }],
    ['X-Forwarded-Proto', { 'x-forwarded-proto': 'java script' }],
    ['Forwarded', { forwarded: 'host="a b";proto=x' }],
  ])('is not made of %s', async (_what, headers) => {
    const { browser } = await newVisitor(web);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const asked = await sendRaw(ask().path, { cookie, ...headers });
    expect(asked).toMatchObject({ status: 303, location: expect.stringMatching(/^\/consent\//) });
    const [key = ''] = await web.redis.keys(redisKeys.oauthRequest('*'));
    const kept = JSON.parse((await web.redis.get(key)) ?? '{}');
    expect(new URL(kept.returnTo).origin).toBe(new URL(web.url).origin);
    expect(web.logged()).not.toContain('oauth.failed');
    await web.redis.flushall();
  });
});

// Four wrong ones a second kept everybody behind an address from signing in, and from going on.
it('wrong tokens of neighbours, however many, refuse nobody a right one', async () => {
  const program = new ProgramForTests(web.localUrl);
  const { browser } = await newVisitor(web);
  const { refresh_token } = await program.signIn(browser);
  const headers = { authorization: 'Bearer x' };
  const wrong = Array.from({ length: 300 }, () => fetch(`${web.localUrl}/oauth/userinfo`, { headers }));
  expect(new Set((await Promise.all(wrong)).map(({ status }) => status))).toEqual(new Set([401]));
  expect((await program.refresh(refresh_token)).status).toBe(200);
  expect((await program.signIn(browser)).token_type).toBe('Bearer');
});
