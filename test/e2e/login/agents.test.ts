// An agent as a program: it runs psql, reads what that writes, and gives its person the link.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FormFields, WebClient } from '../../support/browser/web-client.ts';
import { type Desk, finish, LINK, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson } from '../../support/nodes/postern-for-tests.ts';
import { programPath, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const OPERATOR = 'op@example.com';
const QUARTER_MS = 15 * 60_000;
const THINGS = `
  create table t (a int);
  create sequence s;
  create view v as select * from t;
  create function writes() returns void language sql as 'insert into t values (9)';
  create function lent() returns void language sql security definer as 'insert into t values (10)';
`;

const WAYS_TO_WRITE: ReadonlyArray<readonly [string, RegExp]> = [
  ['insert into t values (1)', /read-only transaction/],
  ['set session characteristics as transaction read write; insert into t values (1)', /read-only transaction/],
  ['reset all; insert into t values (1)', /read-only transaction/],
  ['begin read write; insert into t values (1); commit', /permission denied for table t/],
  ['set transaction_read_only = off; insert into t values (1)', /permission denied for table t/],
  ['set transaction_read_only = off; select writes()', /permission denied for table t/],
  ['set transaction_read_only = off; do $$begin insert into t values (1); end$$', /permission denied for table t/],
  ['set transaction_read_only = off; insert into v values (1)', /permission denied for view v/],
  ['set transaction_read_only = off; truncate t', /permission denied for table t/],
  ['set transaction_read_only = off; select * from t for update', /permission denied for table t/],
  ['set transaction_read_only = off; lock table t in access exclusive mode', /permission denied for table t/],
  ["set transaction_read_only = off; select nextval('s')", /permission denied for sequence s/],
  ["set transaction_read_only = off; select setval('s', 7)", /permission denied for sequence s/],
  ['set transaction_read_only = off; create table x (a int)', /permission denied for schema public/],
  ['set transaction_read_only = off; create temp table x (a int)', /permission denied to create temporary tables/],
  ['set transaction_read_only = off; create schema x', /permission denied for database/],
  ['set transaction_read_only = off; create extension pg_trgm', /permission denied to create extension/],
  ["set transaction_read_only = off; comment on table t is 'x'", /must be owner of table t/],
  ["set transaction_read_only = off; copy t from program 'echo 1'", /permission denied to COPY/],
  ['set role shop_owner', /permission denied to set role/],
];

let desk: Desk;
let operator: WebClient;
let aheadMs = 0;

beforeAll(async () => {
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  desk = await openDesk({ environment: { POSTERN_SHARED_NETWORKS: '' }, clock });
  await addPerson(desk.node, { email: OPERATOR, operator: 'yes' });
  operator = await signedInBrowser(desk.node.baseUrl, OPERATOR);
  expect((await desk.login(['-c', THINGS], {})).code).toBe(0);
});

afterAll(async () => {
  await desk?.close();
});

/** One command of the agent, to its end. */
async function run(options: string, statement: string, program = 'psql') {
  const env = { PGOPTIONS: options, PGAPPNAME: program };
  const { code, stdout, stderr } = await finish(desk.psql(['-X', '-At', '-c', statement], { env, input: '' }));
  return { code, stdout, stderr, link: LINK.exec(stderr)?.[0] ?? null };
}

async function pageOf(link: string | null): Promise<string> {
  if (link === null) throw new Error('no link');
  const { html } = await desk.browser.get(new URL(link).pathname);
  return html.replace(/\s+/g, ' ');
}

/** As the form stands when the page is opened, but for what the person changes. */
async function approve(link: string | null, changes: FormFields = {}) {
  const picked = /name="(access|remember)".*?value="(\w+)" selected/g;
  const standing = Object.fromEntries(
    [...(await pageOf(link)).matchAll(picked)].map(([, name, value]) => [name, value]),
  );
  return await desk.browser.approve(link ?? '', { ...standing, ...changes });
}

/** The events of the trail that name the agent. */
async function eventsOf(agent: string, event: string): Promise<string[]> {
  const { db } = desk.node.postern.catalogue;
  const rows = await db.selectFrom('audit_events').select('body').where('event', '=', event).execute();
  return rows.map(({ body }) => JSON.stringify(body)).filter((body) => body.includes(agent));
}

describe('an agent that only runs psql', () => {
  // The whole of it: a shell script, whose person reads what it prints and clicks once.
  it('is read-only for 15 minutes by default', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'agent.sh');
    const psql = `${programPath({ args: [] })} -X -At -h 127.0.0.1 -p ${desk.node.pgPort} -U alexlopez`;
    await writeFile(
      script,
      `export PGOPTIONS=agent=script
      ask() { ${psql} -c "$1" 2>said; }
      until ask 'select 6 * 7'; do sed -n 's/.*\\(http[^ ]*psql_session[^ ]*\\).*/\\1/p' said >link; sleep 0.2; done
      ask 'insert into t values (1)' || cat said`,
    );
    const agent = startPsql({ program: '/bin/sh', args: ['-c', `cd ${folder.path} && . ./agent.sh`], input: '' });
    const link = await waitUntil(async () => {
      return LINK.exec(await readFile(join(folder.path, 'link'), 'utf8').catch(() => ''))?.[0];
    }, 'the script has the link');
    await approve(link);
    const { stdout } = await finish(agent);
    expect(stdout).toMatch(/^42\n/);
    expect(stdout).toContain('cannot execute INSERT in a read-only transaction');
    const created = await waitUntil(async () => (await eventsOf('script', 'grant.created'))[0], 'it is in the trail');
    expect(created).toContain(`"duration_ms":${QUARTER_MS}`);
  });

  it('gets no more than the page offers, also by a forged form', async () => {
    const { link, code } = await run('agent=forger', 'select 1');
    expect(code).not.toBe(0);
    const page = await pageOf(link);
    expect(page).toContain('An agent wants to connect as you');
    expect(page).toContain('forger');
    expect(page).not.toContain('value="read_write"');
    expect(page).toMatch(/value="15m" selected/);
    const writing = await desk.browser.approve(link ?? '', { access: 'read_write', remember: '15m' });
    expect(writing.html).toContain('may read only');
    const longer = await desk.browser.approve(link ?? '', { access: 'read_only', remember: '8h' });
    expect(longer.html).toContain('15 minutes');
    expect((await run('agent=forger', 'select 1')).link).not.toBe(null);
  });
});

describe('an agent that reads', () => {
  const READER = 'agent=reader';

  beforeAll(async () => {
    await approve((await run(READER, 'select 1')).link);
  });

  it('cannot write, whatever it sets and calls', async () => {
    const each = WAYS_TO_WRITE.flatMap(([statement]) => ['-c', statement, '-c', 'rollback']);
    const psql = desk.psql(['-X', '-At', ...each, '-c', 'select count(*) from t'], {
      env: { PGOPTIONS: READER },
      input: '',
    });
    const { stdout, stderr } = await finish(psql);
    const errors = stderr.split('\n').filter((line) => line.startsWith('ERROR:'));
    expect(errors).toEqual(WAYS_TO_WRITE.map(([, error]) => expect.stringMatching(error)));
    expect(stdout).toMatch(/^0\n$/m);
  });

  // docs/security.md, "Grants": what a read-only role can do nevertheless.
  it('runs what its owner lets everybody run, and sets only its own session', async () => {
    expect((await run(READER, 'select lent()')).stderr).toMatch(/read-only transaction/);
    expect(await run(READER, 'set transaction_read_only = off; select lent()')).toMatchObject({ code: 0 });
    const setting = 'alter role current_user set default_transaction_read_only = off';
    expect((await run(READER, `set transaction_read_only = off; ${setting}`)).code).toBe(0);
    expect((await run(READER, 'insert into t values (1)')).stderr).toMatch(
      /cannot execute INSERT in a read-only transaction/,
    );
  });
});

describe('an agent that wants to write', () => {
  const ASKING = 'agent=claude-code reason=add\\ the\\ <b>first</b>\\ row';

  it('is asked about with its reason, and its person must choose it', async () => {
    const { link } = await run(ASKING, 'insert into t values (1)');
    const page = await pageOf(link);
    expect(page).toContain('add the &lt;b>first&lt;/b> row');
    expect(page).toMatch(/value="read_only" selected/);
    expect(page).toContain('value="read_write"');
    await approve(link, { access: 'read_write' });
    expect(await run(ASKING, 'insert into t values (1)')).toMatchObject({ code: 0, link: null });
  });

  it('is asked about again for another reason, and for none reads', async () => {
    expect((await run('agent=claude-code reason=another', 'insert into t values (2)')).link).not.toBe(null);
    const reading = await run('agent=claude-code', 'select 1');
    expect(await pageOf(reading.link)).not.toContain('value="read_write"');
  });

  it('only reads where its person left it at that', async () => {
    const asking = 'agent=claude-code reason=tidy\\ up';
    await approve((await run(asking, 'delete from t')).link);
    expect((await run(asking, 'set transaction_read_only = off; delete from t')).stderr).toMatch(/permission denied/);
  });
});

describe('a program that does not say that it is an agent', () => {
  it('is one when its person ticks so, whatever else is chosen', async () => {
    const psql = desk.psql(['-X', '-At'], { env: { PGAPPNAME: 'psql' } });
    const link = await linkOf(psql);
    expect(await pageOf(link)).toContain('An agent runs this: read-only for 15 minutes');
    await desk.browser.approve(link, { access: 'read_write', remember: '8h', agent: 'yes' });
    psql.write("select current_setting('application_name');\n");
    await waitUntil(() => psql.stdout().includes('agent:unnamed'), 'the session is marked');
    psql.write('set default_transaction_read_only = off;\ninsert into t values (5);\n');
    await waitUntil(() => psql.stderr().includes('permission denied for table t'), 'it cannot write');
    expect((await operator.get('/ops')).html).toContain('psql for agent unnamed');
    psql.kill('SIGKILL');
    const again = await run('', "select current_setting('application_name')");
    expect(again).toMatchObject({ code: 0, link: null });
    expect(again.stdout).toContain('agent:unnamed');
    expect((await desk.browser.get('/app/me/sessions')).html).toContain('psql for agent unnamed');
  });
});

describe('the session of an agent', () => {
  it('is marked in the database, on Operations and in the trail, and ends in time', async () => {
    const agent = 'agent=marked';
    await approve((await run(agent, 'select 1')).link);
    const psql = desk.psql(['-X', '-At'], { env: { PGOPTIONS: agent } });
    psql.write("select current_setting('application_name');\n");
    await waitUntil(() => /^psql agent:marked postern:c[a-z0-9]{12}/.test(psql.stdout()), 'it is marked');
    expect((await operator.get('/ops')).html).toContain('psql for agent marked');
    expect((await desk.browser.get('/app/me/sessions')).html).toContain('psql for agent marked');
    for (const event of ['login.approved', 'grant.created', 'grant.used', 'connection.started']) {
      await waitUntil(async () => (await eventsOf('marked', event)).length > 0, `${event} names it`);
    }
    aheadMs = QUARTER_MS + 1_000;
    psql.write('select pg_sleep(60);\n');
    await waitUntil(() => psql.stderr().includes('terminating connection due to maximum duration'), 'its time is up');
    expect((await finish(psql)).code).not.toBe(0);
  });
});
