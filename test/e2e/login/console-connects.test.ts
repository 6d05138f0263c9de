// Connection strings of the console connect, and what it ends is ended: with real psql.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../support/browser/web-client.ts';
import { type Desk, finish, openDesk } from '../../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';

// Debian's
const JDBC = '/usr/share/java/postgresql.jar';
const JDBC_PROGRAM = fileURLToPath(new URL('AskByJdbc.java', import.meta.url));

// The node runs in this process, which must not block.
const run = promisify(execFile);

// Both refuse channel_binding, which the URI carried.
const URI_PROGRAMS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  asyncpg: [
    '/usr/bin/python3',
    '-c',
    `import asyncio, asyncpg, sys
async def ask():
    connection = await asyncpg.connect(sys.argv[1])
    print(await connection.fetchval('select current_user'))
asyncio.run(ask())`,
  ],
  'postgres.js': [
    process.execPath,
    '--input-type=module',
    '-e',
    `import postgres from 'postgres';
const sql = postgres(process.argv[1]);
console.log((await sql\`select current_user as name\`)[0].name);
await sql.end();`,
  ],
};

let desk: Desk;
let place: string;

beforeAll(async () => {
  desk = await openDesk();
  place = `/app/${desk.person.id}/projects/${desk.project.project.id}`;
});

afterAll(() => desk.close());

describe('by the lines of the console', () => {
  it('psql connects with the revealed password', async () => {
    const page = await desk.browser.get(`${place}/connect`);
    const revealed = await desk.browser.submit(page, {}, `${place}/connect/reveal`);
    const run = psqlOf(revealed, ['-Atc', 'select current_user']);
    expect(await finish(run)).toMatchObject({ code: 0, stdout: `${desk.project.roles[0]?.name}\n` });
  });

  it('each client connects by the string copied for it', async () => {
    const page = await desk.browser.get(`${place}/connect`);
    const { html } = await desk.browser.submit(page, {}, `${place}/connect/reveal`);
    const lines = linesOf(html);
    const role = desk.project.roles[0]?.name ?? '';
    const password = decodeURIComponent(new URL(lines['libpq URI'] ?? '').password);
    const withPassword = { ...process.env, PGPASSWORD: password };
    const ask = 'select current_user as answer';

    expect(await finish(startPsql({ args: [lines['libpq URI'] ?? '', '-Atc', ask] }))).toMatchObject({
      code: 0,
      stdout: `${role}\n`,
    });
    const { Servers } = JSON.parse(lines.pgAdmin ?? '');
    const { Host, Port, MaintenanceDB, Username, ConnectionParameters } = Servers[1];
    const parameters = { host: Host, port: Port, dbname: MaintenanceDB, user: Username, ...ConnectionParameters };
    const conninfo = Object.entries(parameters).map(([name, value]) => `${name}='${value}'`);
    const asPgAdmin = startPsql({ args: [conninfo.join(' '), '-Atc', ask], env: { PGPASSWORD: password } });
    expect(await finish(asPgAdmin)).toMatchObject({ code: 0, stdout: `${role}\n` });

    const program = `${lines['node-postgres']}
      process.stdout.write((await client.query('${ask}')).rows[0].answer);
      await client.end();`;
    const node = await run(process.execPath, ['--input-type=module', '-e', program], { env: withPassword });
    expect(node.stdout).toBe(role);

    const [, pairs = ''] = /^dbeaver -con "(.*)"$/.exec(lines.DBeaver ?? '') ?? [];
    const dbeaver = new Map(pairs.split('|').map((pair) => pair.split(/=(.*)/) as [string, string]));
    const dbeaverUrl = `jdbc:postgresql://${dbeaver.get('host')}:${dbeaver.get('port')}/${dbeaver.get('database')}?user=${dbeaver.get('user')}&sslmode=${dbeaver.get('prop.sslmode')}&options=${dbeaver.get('prop.options')}`;
    for (const url of [lines.JDBC ?? '', dbeaverUrl]) {
      const java = await run('java', ['-cp', JDBC, JDBC_PROGRAM, url, password, ask]);
      expect(java.stdout).toBe(role);
    }
  });

  it.each(Object.entries(URI_PROGRAMS))('%s connects by the URI alone', async (_client, [command, ...args]) => {
    const page = await desk.browser.get(`${place}/connect`);
    const { html } = await desk.browser.submit(page, {}, `${place}/connect/reveal`);
    const { stdout } = await run(command, [...args, linesOf(html)['libpq URI'] ?? '']);
    expect(stdout.trim()).toBe(desk.project.roles[0]?.name);
  });

  it('psql connects with an access token until it is revoked', async () => {
    const tokens = `/app/${desk.person.id}/access-tokens`;
    const form = await desk.browser.get(`${tokens}/new`);
    const choice = { name: 'laptop', compute_id: desk.project.compute.id, access: 'read_write', days: '1' };
    const made = await desk.browser.submit(form, { ...choice, max_connections: '5' }, `${tokens}/new`);
    const live = psqlByToken(made, ['-At']);
    live.write('select 6 * 7;\n');
    await live.waitForStdout(/42/);
    const revoke = /href="([^"]+\/revoke)"/.exec((await desk.browser.get(tokens)).html)?.[1] ?? '';
    await desk.browser.submit(await desk.browser.get(revoke), {}, revoke);
    await waitUntil(() => desk.node.postern.gateway.connectionCounts().sockets === 0, 'the connection is ended');
    live.write('select 1;\n');
    expect((await live.waitForStderr(/FATAL:.*/))[0]).toContain('terminating connection because access was revoked');
    const late = await finish(psqlByToken(made, ['-c', 'select 1']));
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('password authentication failed')]);
  });
});

describe('a project’s page', () => {
  it('asks before a compute is suspended, and tells the terminals by whom it was', async () => {
    const suspend = `${place}/computes/${desk.project.compute.id}/suspend`;
    const psql = desk.psql(['-At']);
    await desk.browser.approve((await psql.waitForStderr(/https?:\/\/\S+psql_session\S+/))[0]);
    psql.write('begin; select 6 * 7;\n');
    await psql.waitForStdout(/42/);
    const question = await desk.browser.get(suspend);
    expect(question.html).toContain(`1 person is connected: ${desk.person.email}.`);
    const suspended = await desk.browser.submit(question, {}, suspend);
    psql.write('select 1;\n');
    const { email } = desk.person;
    expect((await psql.waitForStderr(/FATAL:[\s\S]*HINT:.*/))[0]).toMatch(
      new RegExp(`because the compute was suspended\n[\\s\\S]*was suspended by ${email}; connect again to wake it`),
    );
    expect(suspended.html).toContain('class="state idle"');
    expect(await desk.login(['-Atc', 'select 1'])).toMatchObject({ code: 0, stdout: '1\n' });
    expect((await desk.browser.get(place)).html).toContain('class="state active"');
  });

  it('lists connections and ends one with a reason that the terminal shows', async () => {
    const psql = desk.psql(['-At']);
    await desk.browser.approve((await psql.waitForStderr(/https?:\/\/\S+psql_session\S+/))[0]);
    psql.write('select 6 * 7;\n');
    await psql.waitForStdout(/42/);
    const page = await desk.browser.get(place);
    const end = /href="([^"]+\/connections\/[^"]+\/end)"/.exec(page.html)?.[1] ?? '';
    expect(page.html).toContain(desk.person.email);
    const question = await desk.browser.get(end);
    expect((await desk.browser.submit(question, { reason: 'making room' }, end)).html).toContain('has ended');
    psql.write('select 1;\n');
    expect((await psql.waitForStderr(/FATAL:[\s\S]*HINT:.*/))[0]).toContain('making room');
  });
});

/** Places where a long line may break. */
const withoutBreaks = (html: string) => html.replaceAll(/<wbr\/?>/g, '');

/** Lines of the page by client. */
function linesOf(html: string): Readonly<Record<string, string>> {
  const unescaped = (text: string) =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const found = withoutBreaks(html).matchAll(
    /<label for="client-\d+">([^<]+)<\/label>[\s\S]*?data-copy-text[^>]*>([\s\S]*?)<\/code>/g,
  );
  return Object.fromEntries([...found].map(([, client = '', text = '']) => [client, unescaped(text)]));
}

/** psql with the token's line, and the password of its password file. */
function psqlByToken({ html }: Page, args: readonly string[]): PsqlRun {
  const { psql = '', '~/.pgpass': passwords = '' } = linesOf(html);
  const conninfo = /^psql "(.*)"$/.exec(psql)?.[1] ?? 'no line';
  return startPsql({ args: [conninfo, ...args], env: { PGPASSWORD: passwords.split(':').at(-1) ?? '' } });
}

/** psql with the connection string of the page's psql line. */
function psqlOf({ html }: Page, args: readonly string[]): PsqlRun {
  const uri = /psql &quot;(postgresql:[^&]+(?:&amp;[^&]+)*)&quot;/.exec(withoutBreaks(html))?.[1];
  if (uri === undefined) throw new Error(`the page has no psql line: ${html}`);
  return startPsql({ args: [uri.replaceAll('&amp;', '&'), ...args] });
}
