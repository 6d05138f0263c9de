import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newDeveloper, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const EVERYTHING = { 'Accept-Encoding': 'gzip, deflate, br' };

/** As it comes over the wire; `fetch` would unpack it. */
async function sent(path: string, headers: Record<string, string>) {
  return await new Promise<{ encoding: string | undefined; vary: string | undefined; type: string; body: Buffer }>(
    (resolve, reject) => {
      request(web.url + path, { headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const { 'content-encoding': encoding, vary, 'content-type': type = '' } = answer.headers;
          resolve({ encoding, vary, type, body: Buffer.concat(chunks) });
        });
      })
        .on('error', reject)
        .end();
    },
  );
}

async function developer() {
  const { browser, person } = await newDeveloper(web);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { browser, person, cookie };
}

describe('a page', () => {
  it.each([
    ['br', 'gzip, br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    [undefined, 'identity', (body: Buffer) => body],
  ] as const)('is sent as %s to a browser that accepts %s', async (encoding, accepts, unpack) => {
    const { person, cookie } = await developer();
    const page = await sent(`/app/${person.accountId}/projects`, { cookie, 'Accept-Encoding': accepts });
    expect([page.encoding, page.vary]).toEqual([encoding, 'Accept-Encoding']);
    expect(unpack(page.body).toString()).toMatch(/^<!doctype html>.*<\/html>$/s);
  });

  it('that another site made the browser load is sent plain', async () => {
    const { person, cookie } = await developer();
    for (const site of ['cross-site', 'same-site']) {
      const headers = { ...EVERYTHING, cookie, 'Sec-Fetch-Site': site };
      const page = await sent(`/app/${person.accountId}/projects?search=guess`, headers);
      expect([site, page.encoding]).toEqual([site, undefined]);
    }
  });

  it('of a login request, with its code and the terminal’s words, is never compressed', async () => {
    const { browser, cookie } = await developer();
    const { path } = await openLoginLink(web, { address: '203.0.113.9' });
    const opened = await browser.open(path);
    const page = await sent(opened.path, { ...EVERYTHING, cookie });
    expect(page.body.toString()).toContain('value="approve"');
    expect(page.encoding).toBe(undefined);
  });

  it('with a new secret is never compressed', async () => {
    const { browser, person, cookie } = await developer();
    const path = `/app/${person.accountId}/api-keys`;
    const made = await browser.post(path, { csrf_token: await browser.csrfToken(path), name: 'laptop' });
    const shown = await sent(made.location ?? '', { ...EVERYTHING, cookie });
    expect(shown.body.toString()).toContain('postern_key_');
    expect(shown.encoding).toBe(undefined);
  });

  it('has a form token that shares no bytes with that of the next one, and both work', async () => {
    const { browser } = await developer();
    const tokens = [await browser.csrfToken('/app/me/profile'), await browser.csrfToken('/app/me/profile')];
    const [one = '', other = ''] = tokens;
    const pieces = Array.from({ length: one.length - 7 }, (_, at) => one.slice(at, at + 8));
    expect(pieces.filter((piece) => other.includes(piece))).toEqual([]);
    for (const csrf_token of tokens) {
      const answer = await browser.post('/app/me/profile', { csrf_token, name: 'Ann' });
      expect(answer.location).toContain('done=');
    }
  });
});

describe('a style sheet or script', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('is sent as the %s that the build made, with its own type', async (encoding, unpack) => {
    const page = await (await fetch(`${web.url}/sign-in`)).text();
    const [path = ''] = /\/assets\/main-[^"]+\.css/.exec(page) ?? [];
    const packed = await sent(path, { 'Accept-Encoding': encoding });
    const plain = await sent(path, { 'Accept-Encoding': 'identity' });
    expect([packed.encoding, packed.vary, packed.type]).toEqual([encoding, 'Accept-Encoding', plain.type]);
    expect(unpack(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(plain.body.length / 3);
  });
});

it('a forged token of the right length is refused', async () => {
  const { browser } = await developer();
  const own = csrfTokenIn((await browser.get('/app/me/profile')).text);
  const forged = Buffer.alloc(64, 7).toString('base64url') + own.slice(own.indexOf('.'));
  const answer = await browser.post('/app/me/profile', { csrf_token: forged, name: 'Mallory' });
  expect(answer.location ?? '').not.toContain('done=');
});
