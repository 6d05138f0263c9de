import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDeveloper, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const K16 = 16 * 1_024;
const of = (text: string) => text.repeat(Math.floor(K16 / text.length));

/** `fetch` sets some of these headers itself. */
async function get(path: string, headers: Readonly<Record<string, string>>) {
  return await new Promise<{ status: number | undefined; type: string; encoding: string | undefined }>(
    (resolve, reject) => {
      request(web.url + path, { headers }, (answer) => {
        answer.resume();
        const { 'content-type': type = '', 'content-encoding': encoding } = answer.headers;
        answer.on('end', () => resolve({ status: answer.statusCode, type, encoding }));
      })
        .on('error', reject)
        .end();
    },
  );
}

async function signedIn() {
  const { browser, person } = await newDeveloper(web);
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`);
  return { path: `/app/${person.accountId}/projects`, cookies };
}

describe('a header that is taken apart', () => {
  // Comparing 60 KB of them kept a node busy for 40 ms, for one request of a stranger.
  it.each([
    ['media types', of('application/json;q=0.1,')],
    ['quality values', `application/json${of(';q=0.9')}`],
    ['wildcards', of('*/*,')],
    ['open quotes', of('a/b;x=",')],
    ['commas', of(',')],
    ['parameters', `application/json${of(';a=b')}`],
  ])('counts as missing when its list of %s is 16 KB long', async (_what, accept) => {
    expect(await get('/no/such/page', { accept })).toMatchObject({
      status: 404,
      type: expect.stringContaining('html'),
    });
  });

  it('counts when it has the length that programs send', async () => {
    const accept = `${of('text/x-unknown;q=0.1,').slice(0, 1_500)},application/json`;
    expect((await get('/no/such/page', { accept })).type).toContain('json');
  });

  it.each([
    ['accept-encoding', of('br;q=0.5,')],
    ['accept-language', of('de;q=0.5,')],
    ['if-none-match', of('"a",')],
    ['range', `bytes=${of('0-1,')}`],
    ['content-type', `text/html${of(';a=b')}`],
  ])('refuses no page for a %s of 16 KB', async (name, value) => {
    const { path, cookies } = await signedIn();
    const page = await get(path, { cookie: cookies.join('; '), [name]: value });
    expect([page.status, page.encoding]).toEqual([200, undefined]);
  });
});

// Node drops what comes behind the most that it reads; proxies write the browser's address last.
describe('headers', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_none, n) => [`x-${n}`, '1']));

  // Host and Connection are two more; without a host Node itself refuses.
  it.each([
    [98, 404],
    [99, 431],
    [150, 431],
  ])('%i of a client, and two of its own, are answered with %i', async (count, status) => {
    expect((await get('/no/such/page', { host: 'localhost', ...many(count) })).status).toBe(status);
  });
});

// Node reads the first of two hosts; a proxy in front may have gone by the second.
describe('a host', () => {
  const answerTo = async (...hosts: readonly string[]): Promise<string> => {
    const { hostname, port } = new URL(web.localUrl);
    const socket = connect(Number(port), hostname);
    const named = hosts.map((line) => `${line}\r\n`).join('');
    socket.end(`GET /healthz HTTP/1.1\r\n${named}Connection: close\r\n\r\n`);
    return await text(socket);
  };

  it.each([
    ['a foreign one second', ['Host: localhost', 'Host: evil.example']],
    ['the same twice', ['Host: localhost', 'host: localhost']],
  ])('that is named more than once is refused: %s', async (_what, hosts) => {
    const answer = await answerTo(...hosts);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('names more than one host');
  });

  it('that is named once is served', async () => {
    expect(await answerTo('Host: localhost', 'X-Forwarded-Host: evil.example')).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('cookies', () => {
  it.each([
    ['behind 30 KB of others', (own: string[]) => `${of('other=1; ')}${of('_x=2; ')}${own.join('; ')}`],
    ['before 30 KB of others', (own: string[]) => `${own.join('; ')}; ${of('other=1; ')}${of('_x=2; ')}`],
    ['without spaces', (own: string[]) => `a=b;${own.join(';')};c=d`],
    ['behind names that end alike', (own: string[]) => `x${own.join('; x')}; ${own.join('; ')}`],
    ['behind values that look alike', (own: string[]) => `x=${own.join('; y=')}; ${own.join('; ')}`],
  ])('are found %s', async (_where, write) => {
    const { path, cookies } = await signedIn();
    expect((await get(path, { cookie: write(cookies) })).status).toBe(200);
  });

  it.each([
    ['a longer name', (own: string[]) => `x${own.join('; x')}`],
    ['a value', (own: string[]) => `x=${own.join('; y=')}`],
    ['a value with a space', (own: string[]) => `x=1 ${own.join(' ')}`],
    ['a quoted value', (own: string[]) => `x="${own.join('')}"`],
  ])('are not taken from %s', async (_what, write) => {
    const { path, cookies } = await signedIn();
    expect((await get(path, { cookie: write(cookies) })).status).toBe(303);
  });
});
