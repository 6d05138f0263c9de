// Every kind of secret passes through a node at the most verbose log level; afterwards none is
// found in anything that the node wrote, kept or showed.

import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/run-command.ts';
import { RawClient } from '../../gateway/raw-client.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import { type Page, WebClient } from '../../support/browser/web-client.ts';
import {
  createTestDatabase,
  postgresUrl,
  runAsSuperuser,
  type TestDatabase,
} from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type DebianRedis, freePort, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { finish, LINK, linkOf } from '../../support/nodes/desk.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import { startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { send } from './trail-reader.ts';

const EMAIL = 'root@example.com';
const canary = (name: string) => `canary-${name}-${randomBytes(12).toString('hex')}`;

/** Secrets by name; some become known on the way. */
const secrets = new Map<string, string>();
const kept = {
  catalogue: canary('catalogue'),
  redis: canary('redis'),
  smtp: canary('smtp'),
  webhook: canary('webhook'),
  oidc: canary('oidc'),
  upstream: canary('upstream'),
  wrongUpstream: canary('wrong-upstream'),
  person: canary('person'),
  newPerson: canary('new-person'),
  guest: canary('guest'),
  wrongPassword: canary('wrong-password'),
  misplaced: canary('misplaced'),
  wrongAtDoor: canary('wrong-at-door'),
};
const sealingKey = randomBytes(32).toString('base64');

let database: TestDatabase;
let other: TestDatabase;
let redis: DebianRedis;
let mailbox: Mailbox;
let postern: PosternProcess;
let metricsUrl: string;
let environment: Record<string, string>;
const role = `postern_${randomBytes(4).toString('hex')}`;
/** Role names belong to the server, which other tests share. */
const login = `${role}_login`;
const webhookBodies: string[] = [];
const webhook = createServer((request, response) => {
  void text(request).then((body) => {
    webhookBodies.push(JSON.stringify(request.headers) + body);
    response.end();
  });
});
const pages: Page[] = [];
const notices: string[] = [];

beforeAll(async () => {
  for (const [name, value] of Object.entries(kept)) secrets.set(name, value);
  secrets.set('sealing key', sealingKey);
  webhook.listen(0, '127.0.0.1');
  [database, other, redis, mailbox] = await Promise.all([
    createTestDatabase(),
    createTestDatabase(),
    startDebianRedis({ args: ['--user', 'postern', 'on', `>${kept.redis}`, '~*', '&*', '+@all'] }),
    startMailbox(),
    once(webhook, 'listening'),
  ]);
  await runAsSuperuser(`create role ${role} login superuser password '${kept.catalogue}'`);
  await runAsSuperuser(`create role ${role}_upstream login password '${kept.upstream}'`);
  const metricsPort = await freePort();
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  environment = {
    DATABASE_URL: withLogin(database.url, role, kept.catalogue),
    POSTERN_HOSTS: `18=${withLogin(postgresUrl(), role, kept.catalogue)}`,
    REDIS_URL: `redis://postern:${kept.redis}@127.0.0.1:${redis.port}`,
    POSTERN_SECRET_KEY: sealingKey,
    POSTERN_SMTP_URL: mailbox.url.replace('smtp://', `smtp://postern:${kept.smtp}@`),
    POSTERN_AUDIT_WEBHOOK_URL: `http://127.0.0.1:${portOf(webhook)}/${canaryPath()}`,
    POSTERN_AUDIT_WEBHOOK_SECRET: kept.webhook,
    POSTERN_OIDC_ISSUER: 'http://127.0.0.1:1',
    POSTERN_OIDC_CLIENT_ID: 'postern',
    POSTERN_OIDC_CLIENT_SECRET: kept.oidc,
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: new URL(postgresUrl()).port,
    POSTERN_TRUSTED_PROXIES: '127.0.0.0/8',
    POSTERN_PG_PORT: '0',
    POSTERN_HTTP_PORT: '0',
    POSTERN_METRICS_PORT: String(metricsPort),
    POSTERN_LOG_LEVEL: 'debug',
  };
  postern = await startPosternProcess({ environment });
});

afterAll(async () => {
  // Its Redis is gone, and a drain would wait for Redis.
  postern.kill('SIGKILL');
  await postern.exit;
  webhook.close();
  await Promise.all([redis?.close(), mailbox?.close()]);
  await Promise.all([database.close(), other.close()]);
});

describe('what a node writes, keeps and shows', () => {
  it('holds no secret after every kind of secret was used', async () => {
    await setUp();
    const browser = await signInTwice();
    const base = `/app/${found(await browser.get('/app/me/sessions'), /\/app\/([0-9a-f-]{36})\/access-tokens/)}`;
    await useLink(browser);
    await useApiKey(browser, base);
    const project = await useRoles(browser, base);
    await useTokens(browser, base);
    await attach(browser, base);
    await useReverseCode(browser, base);
    await invite(browser, base, project);
    await makeErrors(browser, base, project);
    await walk(browser, base, project);
    const places = await collect();
    await redis.kill('SIGKILL');
    await finish(psql(['-c', 'select 1'], {}));
    await waitUntil(() => /ECONNREFUSED/.test(postern.stderr()), 'the log speaks of the outage');
    places.set('log', postern.stderr());
    expect([...secrets].filter(([, secret]) => secret.length < 6)).toEqual([]);
    expect(secrets.size).toBeGreaterThan(24);
    expect([...places].filter(([, content]) => content.length < 100).map(([name]) => name)).toEqual([]);
    expect(leaks(places)).toEqual([]);
  });
});

/**
 * Places where a secret is expected: the set-up link in the output, the login link in the terminal.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'set-up code': ['standard output'],
  // The person who opens a link sees it in the address bar and in the next form.
  'link token': ['notices', 'pages'],
  'link of nina@example.com': ['pages'],
  'link of guest@example.com': ['pages'],
  // The e-mail field shows again what was typed into it.
  misplaced: ['pages'],
};

/** `secret in place`, for each form in which a secret can be written. */
function leaks(places: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [name, secret] of secrets) {
    for (const [place, content] of places) {
      if (ALLOWED[name]?.includes(place)) continue;
      if (formsOf(secret).some((form) => form.test(content))) found.push(`${name} in ${place}`);
    }
  }
  return found;
}

function formsOf(secret: string): RegExp[] {
  if (/^\d{12}$/.test(secret)) return [new RegExp(`(?<![\\dA-Fa-f.])${secret}(?![\\dA-Fa-f])`)];
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
  return forms.map((form) => new RegExp(form.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
}

async function setUp(): Promise<void> {
  const path = new URL(postern.setUpUrl ?? '').pathname;
  secrets.set('set-up code', path.split('/')[2] ?? '');
  await send(new WebClient(postern.baseUrl), path, { email: EMAIL, password: kept.person });
}

/** Signs in by hand to get the cookies, after wrong passwords and a password in the wrong field. */
async function signInTwice(): Promise<WebClient> {
  const browser = new WebClient(postern.baseUrl);
  pages.push(await browser.signIn(EMAIL, kept.wrongPassword), await browser.signIn(kept.misplaced, kept.misplaced));
  const form = await fetch(`${postern.baseUrl}/sign-in`);
  const visitor = cookieOf(form);
  const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(await form.text())?.[1] ?? '';
  const answer = await fetch(`${postern.baseUrl}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: visitor, origin: postern.baseUrl },
    body: new URLSearchParams({ csrf_token, email: EMAIL, password: kept.person }),
  });
  expect(answer.status).toBe(303);
  secrets
    .set('visitor cookie', visitor.split('=')[1] ?? '')
    .set('session cookie', cookieOf(answer).split('=')[1] ?? '');
  await fetch(`${postern.baseUrl}/sign-in/oidc`, { headers: { cookie: visitor } });
  await browser.signIn(EMAIL, kept.person);
  return browser;
}

async function useLink(browser: WebClient): Promise<void> {
  const run = psql(['-Atc', 'select 1'], { PGPASSWORD: kept.wrongAtDoor });
  const link = await linkOf(run);
  secrets.set('link token', link.split('/').at(-1) ?? '');
  await browser.approve(link, { remember: '1h' });
  notices.push((await finish(run)).stderr);
  pages.push(await new WebClient(postern.baseUrl).get(new URL(link).pathname));
}

async function useApiKey(browser: WebClient, base: string): Promise<void> {
  const key = found(await send(browser, `${base}/api-keys`, { name: 'laptop' }), /(postern_key_[A-Za-z0-9_-]+)/);
  secrets.set('API key', key);
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${postern.baseUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
  await call('/api/v2/users/me');
  await call(`/api/v2/projects?api_key=${key}`);
  await call(`/api/v2/nothing/${key}`);
  await call('/api/v2/projects', { method: 'POST', body: JSON.stringify({ password: kept.wrongPassword }) });
  await call('/api/v2/projects', { method: 'POST', body: `{"password": "${kept.wrongPassword}"` });
}

/** Creates a hosted project; returns its address. */
async function useRoles(browser: WebClient, base: string): Promise<string> {
  const [, id = ''] = /\/projects\/([a-z]+-[a-z]+-\d{8})"/.exec((await browser.get(`${base}/projects`)).html) ?? [];
  const project = `${base}/projects/${id}`;
  const made = await send(browser, `${project}/databases/roles`, { role: login }, `${project}/databases`);
  const password = passwordOn(made);
  secrets.set('role password', password);
  const endpoint = found(await browser.get(`${project}/connect`), /endpoint(?:=|%3D)(ep-[a-z0-9-]+)/);
  await psqlTo(login, password, endpoint);
  await psqlTo(login, kept.wrongAtDoor, endpoint);
  secrets.set('new role password', passwordOn(await send(browser, `${project}/databases/roles/${login}/reset`)));
  await psqlTo(login, secrets.get('new role password') ?? '', endpoint);
  await send(browser, `${project}/databases/roles/${login}/reveal`, {}, `${project}/databases`);
  return project;
}

async function useTokens(browser: WebClient, base: string): Promise<void> {
  const form = await browser.get(`${base}/access-tokens/new`);
  const compute_id = found(form, /value="(ep-[^"]+)"/);
  const choice = { name: 'CI', compute_id, access: 'read_write', days: '30', max_connections: '5' };
  const page = await browser.submit(form, choice, `${base}/access-tokens/new`);
  const [, id = '', secret = ''] = /:\*:(tok-[^:]+):([\w-]+)/.exec(page.html) ?? [];
  secrets.set('access token', secret);
  await psqlTo(id, secret);
  await psqlTo(id, kept.wrongAtDoor);
}

async function attach(browser: WebClient, base: string): Promise<void> {
  const path = `${base}/projects/attach`;
  const attempt = async (url: string) => await browser.submit(await browser.get(path), { name: 'attached', url }, path);
  const url = (password: string) => withLogin(other.url, `${role}_upstream`, password);
  const wrong = await attempt(url(kept.wrongUpstream));
  expect(wrong.status).toBe(422);
  expect((await attempt(url(kept.upstream))).status).toBe(200);
  // A form that is shown again repeats the input to its sender; the error message must not.
  pages.push({ ...wrong, html: wrong.html.replaceAll(/<(input|textarea)[^>]*>([^<]*<\/textarea>)?/g, '') });
  await attempt(`postgres://x:${kept.wrongUpstream}@127.0.0.1:port/db`);
}

/** Makes every approval ask for the user code. */
async function useReverseCode(browser: WebClient, base: string): Promise<void> {
  const times = { longest_grant: '28800000', longest_connection: '28800000', idle_timeout: '0', fresh_sign_in: '0' };
  const policy = { ...times, link_login: 'yes', max_connections: '', reverse_code: 'always' };
  await send(browser, `${base}/settings/policy`, policy, `${base}/settings`);
  const first = psql(['-Atc', 'select 1'], { PGUSER: 'carol' });
  const shown = await browser.approve(await linkOf(first), {
    compute_id: found(await browser.get(`${base}/access-tokens/new`), /value="(ep-[^"]+)"/),
  });
  notices.push((await finish(first)).stderr);
  const digits = found(shown, />(\d{3} \d{3})</).replaceAll(' ', '');
  secrets.set('reverse code', digits);
  const second = await finish(psql(['-Atc', 'select 42'], { PGUSER: 'carol', PGPASSWORD: digits }));
  notices.push(second.stderr);
  expect(second.stdout).toBe('42\n');
}

async function invite(browser: WebClient, base: string, project: string): Promise<void> {
  const made = await send(browser, '/app/organizations/new', { name: 'Acme' });
  const people = `/app/${/\/app\/(org-[^/]+)/.exec(made.url)?.[1]}/people`;
  await send(browser, `${people}/invite`, { emails: 'nina@example.com', role: 'member' });
  await send(browser, `${project}/sharing`, { emails: 'guest@example.com' });
  for (const [to, password] of [
    ['nina@example.com', kept.newPerson],
    ['guest@example.com', kept.guest],
  ] as const) {
    await waitUntil(() => mailbox.letters.some((letter) => letter.to === to), `a letter to ${to}`);
    const letter = mailbox.letters.find((one) => one.to === to)?.text ?? '';
    const path = /\/invitations\/\S+/.exec(letter)?.[0] ?? '';
    secrets.set(`link of ${to}`, path.split('/')[2] ?? '');
    const guest = new WebClient(postern.baseUrl);
    pages.push(await guest.submit(await guest.get(path), { name: '', password }, path));
    await send(guest, path, { name: 'New', password });
    pages.push(await guest.get(path));
  }
  expect(base).toMatch(/^\/app\//);
}

async function makeErrors(browser: WebClient, base: string, project: string): Promise<void> {
  const profile = '/app/me/profile';
  const change = { current_password: kept.wrongPassword, new_password: kept.newPerson };
  pages.push(await browser.submit(await browser.get(profile), change, `${profile}/password`));
  for (const path of [
    `/nothing?password=${kept.wrongPassword}`,
    `/invitations/${kept.wrongPassword}`,
    `/setup/${kept.wrongPassword}`,
  ]) {
    await browser.get(path);
  }
  pages.push(await browser.post(`${base}/settings/name`, { password: kept.wrongPassword }));
  pages.push(await browser.get(`${project}/databases/roles/nobody/reset`));
  const raw = await RawClient.connect({ port: postern.pgPort });
  raw.sendStartup({ user: 'x', password: kept.wrongAtDoor });
  await raw.waitForType('N');
  raw.destroy();
}

/** Pages without a secret that is shown once. */
async function walk(browser: WebClient, base: string, project: string): Promise<void> {
  const mine = ['/', '/ops', '/ops/audit', '/ops/nodes', '/app/me/sessions', '/app/me/profile'];
  const ofAccount = ['projects', 'api-keys', 'access-tokens', 'settings', 'connections/audit'].map(
    (name) => `${base}/${name}`,
  );
  const ofProject = ['', '/connect', '/databases', '/sharing', '/settings'].map((name) => `${project}${name}`);
  for (const path of [...mine, ...ofAccount, ...ofProject]) pages.push(await browser.get(path));
}

async function collect(): Promise<Map<string, string>> {
  await waitUntil(() => webhookBodies.join().includes('guest@example.com'), 'the webhook has the last events');
  const exported = await runCommand(environment, ['audit', 'export']);
  const config = await runCommand(environment, ['config']);
  return new Map([
    ['standard output', postern.stdout()],
    ['catalogue', await dumpOfCatalogue()],
    [
      'statements',
      JSON.stringify(await queryRows(postgresUrl(), 'select query, application_name from pg_stat_activity')),
    ],
    ['Redis', await dumpOfRedis()],
    ['metrics', await (await fetch(metricsUrl)).text()],
    ['audit export', exported.stdout],
    ['configuration', config.stdout],
    ['webhook', webhookBodies.join('\n')],
    ['pages', pages.map(({ html, url }) => `${url}\n${html}`).join('\n')],
    ['notices', notices.join('\n')],
    ['process titles', await processTitles()],
  ]);
}

async function dumpOfCatalogue(): Promise<string> {
  const tables = await queryRows(
    database.url,
    `select tablename from pg_tables where schemaname = 'public' order by 1`,
  );
  const rows = tables.map(({ tablename }) => queryRows(database.url, `select t::text as row from "${tablename}" t`));
  return JSON.stringify(await Promise.all(rows));
}

async function dumpOfRedis(): Promise<string> {
  const client = new Redis(redis.port, '127.0.0.1');
  const lines: string[] = [];
  for (const key of await client.keys('*')) lines.push(key, await dumpOfKey(client, key));
  client.disconnect();
  return lines.join('\n');
}

async function dumpOfKey(client: Redis, key: string): Promise<string> {
  const read: Readonly<Record<string, () => Promise<unknown>>> = {
    string: () => client.get(key),
    hash: () => client.hgetall(key),
    set: () => client.smembers(key),
    zset: () => client.zrange(key, 0, -1, 'WITHSCORES'),
    list: () => client.lrange(key, 0, -1),
    stream: () => client.xrange(key, '-', '+'),
  };
  const type = await client.type(key);
  // The process has ended meanwhile.
  if (type === 'none') return '';
  const reading = read[type];
  if (reading === undefined) throw new Error(`${key} is a ${type}`);
  return JSON.stringify(await reading());
}

/** Arguments and environment of every readable process. */
async function processTitles(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const titles = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  // The test passes the password to its own server in this way.
  return titles.filter((title) => !/redis-server/.test(title)).join('\n');
}

function psql(args: readonly string[], env: Readonly<Record<string, string>>) {
  const place = ['-h', '127.0.0.1', '-p', String(postern.pgPort)];
  return startPsql({ args: [...place, ...args], input: '', env: { PGUSER: 'alex', PGSSLMODE: 'require', ...env } });
}

async function psqlTo(user: string, password: string, endpoint?: string): Promise<void> {
  const env = { PGPASSWORD: password, ...(endpoint === undefined ? {} : { PGOPTIONS: `endpoint=${endpoint}` }) };
  const { stderr } = await finish(psql(['-U', user, '-Atc', 'select 1'], env));
  expect(stderr).not.toMatch(LINK);
  notices.push(stderr);
}

function withLogin(url: string, user: string, password: string): string {
  return Object.assign(new URL(url), { username: user, password }).href;
}

function cookieOf(response: Response): string {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return pairs.find((pair) => !pair.endsWith('=')) ?? '';
}

function passwordOn(page: Page): string {
  return found(page, /value="([A-Za-z0-9_-]{32})"/) || found(page, />([A-Za-z0-9_-]{32})</);
}

function found(page: Page, pattern: RegExp): string {
  return pattern.exec(page.html)?.[1] ?? '';
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function canaryPath(): string {
  return createHmac('sha256', 'path').update(role).digest('hex');
}
