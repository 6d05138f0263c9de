// psql 18 as a device (RFC 8628): it prints a code, its person types that at /link and approves,
// and psql connects with the token that it is given.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type StartedWebProxy, startWebProxy } from '../../field/web-proxies.ts';
import { RawClient } from '../../gateway/raw-client.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { type Desk, finish, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, type PsqlVersion, programPath, startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';

const SHORT_TTL_MS = 8_000;
const deviceSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number(),
  interval: z.literal(5),
});
const tokenSchema = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.literal(60) });
const errorSchema = z.object({ error: z.string(), error_description: z.string() });

let desk: Desk;
/** Where logins expire soon, and browsers far away must type a code. */
let strict: TestNode;
let elsewhere: TestNode;

beforeAll(async () => {
  desk = await openDesk({
    environment: {
      POSTERN_TRUSTED_PROXIES: '127.0.0.0/8',
      POSTERN_REVERSE_CODE: 'never',
      // Elsewhere only one's own name is remembered.
      POSTERN_SHARED_NETWORKS: '',
    },
  });
  elsewhere = await desk.startNode();
  strict = await desk.startNode({ POSTERN_LOGIN_TTL: `${SHORT_TTL_MS}ms`, POSTERN_REVERSE_CODE: 'always' });
});

afterAll(async () => {
  await desk.close();
});

async function issuerOf({ baseUrl }: TestNode): Promise<string> {
  const response = await fetch(`${baseUrl}/.well-known/openid-configuration`);
  return z.object({ issuer: z.string() }).parse(await response.json()).issuer;
}

interface Device {
  readonly user: string;
  readonly at?: TestNode;
  readonly version?: PsqlVersion;
  readonly settings?: Readonly<Record<string, string>>;
}

async function argumentsOf({ user, at = desk.node, version = '18', settings = {} }: Device): Promise<string[]> {
  const where = { host: 'localhost', port: String(at.pgPort), user, dbname: 'shop', sslmode: 'require' };
  const { oauth_issuer = await issuerOf(at) } = settings;
  const oauth = version === '18' ? { oauth_issuer, oauth_client_id: 'psql on a laptop' } : {};
  const all = { ...where, ...oauth, options: 'door=oauth', ...settings };
  const conninfo = Object.entries(all).map(([name, value]) => `${name}='${value}'`);
  return ['-XAtc', 'select 42', conninfo.join(' ')];
}

/** Plain HTTP is for tests alone: libpq wants HTTPS of a public authority. */
async function psql(device: Device): Promise<PsqlRun> {
  const { version = '18' } = device;
  return startPsql({ version, args: await argumentsOf(device), env: { PGOAUTHDEBUG: 'UNSAFE' }, input: '' });
}

const codeOf = async (run: PsqlRun) => (await run.waitForStderr(/enter the code: ([A-Z-]+)/))[1] ?? '';

/** Types the code as a person does whose terminal cannot be clicked; the page of the login. */
async function openByCode(code: string, browser = desk.browser): Promise<string> {
  const opened = await browser.submit(await browser.get('/link'), { user_code: code }, '/link');
  expect(opened.html).toContain(code);
  return opened.url;
}

const IN = { code: 0, stdout: '42\n' };

// At the same time: psql asks every five seconds.
describe.concurrent('psql 18 with oauth_issuer', () => {
  it('is let in by the code that it prints, and says who approved', async () => {
    const run = await psql({ user: 'ann' });
    const code = await codeOf(run);
    expect(run.stderr()).toContain(`${await issuerOf(desk.node)}/link and enter the code`);
    await desk.browser.approve(await openByCode(code));
    const { stderr, ...outcome } = await finish(run);
    expect(outcome, stderr).toEqual(IN);
    expect(stderr).toContain('Connected as alex@example.com');
  });

  it('is not prompted again while the approval is remembered', async () => {
    const first = await psql({ user: 'bob' });
    await desk.browser.approve(await openByCode(await codeOf(first)), { remember: '1h' });
    expect(await finish(first)).toMatchObject(IN);
    const { stderr, ...outcome } = await finish(await psql({ user: 'bob' }));
    expect(outcome, stderr).toEqual(IN);
    expect(stderr).not.toContain('enter the code');
    const other = await psql({ user: 'somebody else' });
    await codeOf(other);
    other.kill();
  });

  it('is not prompted at another node, from the moment that the first one has ended', async () => {
    const users = ['gus', 'gwen', 'gil', 'gigi'];
    await Promise.all(
      users.map(async (user) => {
        const first = await psql({ user });
        await desk.browser.approve(await openByCode(await codeOf(first)), { remember: '1h' });
        expect(await finish(first)).toMatchObject(IN);
        const { stderr, ...outcome } = await finish(await psql({ user, at: elsewhere }));
        expect(outcome, stderr).toEqual(IN);
        expect(stderr).not.toContain('enter the code');
      }),
    );
  });

  it('is told that its person said no', async () => {
    const run = await psql({ user: 'carl' });
    await desk.browser.deny(await openByCode(await codeOf(run)));
    const { code, stderr } = await finish(run);
    expect(code).toBe(2);
    expect(stderr).toContain('login was denied');
  });

  it('is told when nobody came in time', async () => {
    const { code, stderr } = await finish(await psql({ user: 'dora', at: strict }));
    expect(code).toBe(2);
    expect(stderr).toContain('login request expired after 8 seconds');
  });

  it('is sent to the link where a code must be typed into the terminal', async () => {
    const run = await psql({ user: 'emma', at: strict });
    const browser = await desk.openBrowser(strict);
    const page = await browser.approve(await openByCode(await codeOf(run), browser));
    expect(page.html).toContain('use the link');
    const { code, stderr } = await finish(run);
    expect(code).toBe(2);
    expect(stderr).toContain('connect without oauth_issuer and use the link');
  });

  it('without its settings, and older ones, are told what is missing', async () => {
    const settings = { oauth_issuer: '', oauth_client_id: '' };
    for (const device of [
      { user: 'fred', settings },
      { user: 'fred', version: '17' as const },
    ]) {
      const { code, stderr } = await finish(await psql(device));
      expect(code).toBe(2);
      expect(stderr).toMatch(/oauth_issuer|OAUTHBEARER|authentication mechanisms/);
    }
  });
});

describe('psql 18 over HTTPS', () => {
  // Where Debian's libcurl looks for the authorities of the machine.
  const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
  let secure: TestNode;
  let proxy: StartedWebProxy;

  beforeAll(async () => {
    const [port, webPort] = [await freePort(), await freePort()];
    const address = { POSTERN_PUBLIC_URL: `https://localhost:${port}`, POSTERN_HTTP_PORT: String(webPort) };
    secure = await desk.startNode(address);
    proxy = await startWebProxy('nginx', { port, webPort, http: 'http2' });
  });

  afterAll(() => proxy.close());

  /** For this process, and what it starts, the machine trusts that authority and no other. */
  async function psqlTrusting(caPath: string, user: string): Promise<PsqlRun> {
    const settings = { oauth_issuer: secure.baseUrl };
    const script = `mount --bind ${caPath} ${AUTHORITIES} && exec "$0" "$@"`;
    const command = [programPath({ version: '18', args: [] }), ...(await argumentsOf({ user, at: secure, settings }))];
    return startPsql({ program: 'unshare', args: ['-m', 'sh', '-c', script, ...command], input: '' });
  }

  it('is let in as it is over HTTP, and asked once for an hour', async () => {
    const run = await psqlTrusting(proxy.caPath, 'hanna');
    const code = await codeOf(run);
    expect(run.stderr()).toMatch(/ https:\/\/localhost:\d+\/link and enter/);
    // A person decides at any node.
    await desk.browser.approve(await openByCode(code), { remember: '1h' });
    const { stderr, ...outcome } = await finish(run);
    expect(outcome, stderr).toEqual(IN);
    const again = await finish(await psqlTrusting(proxy.caPath, 'hanna'));
    expect(again).toMatchObject(IN);
    expect(again.stderr).not.toContain('enter the code');
  });

  it('asks nobody whose certificate it does not trust', async () => {
    const { code, stderr } = await finish(await psqlTrusting('certs/ca.crt', 'ida'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/certificate/);
    expect(stderr).not.toContain('enter the code');
  });
});

/** What psql does by HTTP, by hand. */
async function begin(headers: Readonly<Record<string, string>> = {}) {
  const body = new URLSearchParams({ client_id: 'by hand', scope: 'openid' });
  const response = await fetch(`${desk.node.baseUrl}/oauth/device_authorization`, { method: 'POST', body, headers });
  return deviceSchema.parse(await response.json());
}

async function ask(deviceCode: string, headers: Readonly<Record<string, string>> = {}) {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  const body = new URLSearchParams({ grant_type, device_code: deviceCode });
  const response = await fetch(`${desk.node.baseUrl}/oauth/token`, { method: 'POST', body, headers });
  return { status: response.status, answer: z.union([tokenSchema, errorSchema]).parse(await response.json()) };
}

async function approvedToken(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { device_code: deviceCode, user_code: userCode } = await begin(headers);
  await desk.browser.approve(await openByCode(userCode));
  return tokenSchema.parse((await ask(deviceCode, headers)).answer).access_token;
}

describe('a device by hand', () => {
  it('is told to wait, and to wait longer when it asks too often', async () => {
    const { device_code: deviceCode } = await begin();
    expect(await ask(deviceCode)).toMatchObject({ status: 400, answer: { error: 'authorization_pending' } });
    expect(await ask(deviceCode)).toMatchObject({ status: 400, answer: { error: 'slow_down' } });
    await pause(4_100);
    expect(await ask(deviceCode)).toMatchObject({ answer: { error: 'authorization_pending' } });
  });

  it('is given one token, of which only a digest is kept', async () => {
    const { device_code: deviceCode, verification_uri_complete: link } = await begin();
    await desk.browser.approve(link);
    const answers = await Promise.all([ask(deviceCode), ask(deviceCode), ask(deviceCode)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ answer }) => 'error' in answer && answer.error === 'invalid_grant')).toHaveLength(2);
  });

  it.each([
    ['no grant type', { device_code: 'x' }, 'invalid_request'],
    ['another grant type', { grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
    [
      'an unknown code',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' },
      'invalid_grant',
    ],
  ])('with %s is refused', async (_what, fields, error) => {
    const body = new URLSearchParams(Object.entries(fields));
    const response = await fetch(`${desk.node.baseUrl}/oauth/token`, { method: 'POST', body });
    expect({ status: response.status, ...errorSchema.parse(await response.json()) }).toMatchObject({
      status: 400,
      error,
    });
  });
});

/** As a client that has a token already: `in`, or the SQLSTATE. */
async function connectWith(token: string): Promise<string> {
  using client = await RawClient.connectTls({ port: desk.node.pgPort, caPem: readFileSync('certs/ca.crt', 'utf8') });
  client.sendStartup({ user: 'gina', options: 'door=oauth' });
  await waitUntil(() => client.messages.length >= 1, 'SASL is offered');
  const first = Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`);
  client.sendMessage('p', (writer) => writer.addCString('OAUTHBEARER').addInt32(first.length).add(first));
  await waitUntil(() => client.messages.length >= 2, 'the token is answered');
  // AuthenticationSASLContinue tells of the failure.
  if (client.messages[1]?.body.readInt32BE(0) === 11) client.send(Buffer.from('700000000501', 'hex'));
  await waitUntil(() => /[ZE]/.test(client.types), 'the login ends');
  return client.types.includes('Z') ? 'in' : (client.fatal.C ?? 'no SQLSTATE');
}

describe('a token', () => {
  it('lets one connection in, however many try at once', async () => {
    const token = await approvedToken();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => connectWith(token)));
    expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === '28000')).toHaveLength(7);
  });

  it('of another address is of no use, and is used up', async () => {
    const token = await approvedToken({ 'x-forwarded-for': '203.0.113.9' });
    expect(await connectWith(token)).toBe('28000');
  });

  it.each(['made up', 'a'.repeat(43), 'a'.repeat(20_000)])('that is none is refused', async (token) => {
    expect(await connectWith(token)).toBe('28000');
  });
});
