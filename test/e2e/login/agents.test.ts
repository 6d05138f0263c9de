// An agent as a program: it runs psql, reads what that writes, and gives its person the link.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desk, finish, LINK, openDesk } from '../../support/nodes/desk.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_SHARED_NETWORKS: '' } });
  const made = await desk.login(['-c', 'create table t (a int)'], {});
  expect(made.code).toBe(0);
});

afterAll(async () => {
  await desk?.close();
});

/** One command of the agent, to its end. */
async function run(options: string, statement: string) {
  const psql = desk.psql(['-X', '-At', '-c', statement], { env: { PGOPTIONS: options }, input: '' });
  const { code, stdout, stderr } = await finish(psql);
  return { code, stdout, stderr, link: LINK.exec(stderr)?.[0] ?? null };
}

async function pageOf(link: string | null): Promise<string> {
  if (link === null) throw new Error('no link');
  const { html } = await desk.browser.get(new URL(link).pathname);
  return html.replace(/\s+/g, ' ');
}

it('reads for 15 minutes, and writes only for a reason that its person saw', async () => {
  const agent = 'agent=claude-code';
  const first = await run(agent, 'select 1');
  expect(first.code).not.toBe(0);
  const page = await pageOf(first.link);
  expect(page).toContain('An agent wants to connect as you');
  expect(page).toContain('claude-code');
  expect(page).not.toContain('value="read_write"');
  expect(page).toMatch(/value="15m" selected/);
  // A forged form gets no more than the page offers.
  const forged = await desk.browser.approve(first.link ?? '', { access: 'read_write', remember: '15m' });
  expect(forged.html).toContain('may read only');
  await desk.browser.approve(first.link ?? '', { access: 'read_only', remember: '15m' });

  const name = await run(agent, "select current_setting('application_name')");
  expect(name).toMatchObject({ code: 0, link: null });
  expect(name.stdout).toMatch(/^psql agent:claude-code postern:c[a-z0-9]{12}/);
  expect((await run(agent, 'select count(*) from t')).stdout).toBe('0\n');
  const off = 'set default_transaction_read_only = off; set transaction_read_only = off; insert into t values (1)';
  expect((await run(agent, off)).stderr).toMatch(/permission denied for table t/);

  const asking = `${agent} reason=add\\ the\\ <b>first</b>\\ row`;
  const second = await run(asking, 'insert into t values (1)');
  expect(second.link).not.toBe(null);
  const writing = await pageOf(second.link);
  expect(writing).toContain('add the &lt;b>first&lt;/b> row');
  expect(writing).toMatch(/value="read_write" selected/);
  await desk.browser.approve(second.link ?? '', { access: 'read_write', remember: '15m' });
  expect(await run(asking, 'insert into t values (1)')).toMatchObject({ code: 0, link: null });
  // Another reason is another question, and without one it reads as before.
  expect((await run(`${agent} reason=another`, 'insert into t values (2)')).link).not.toBe(null);
  expect((await run(agent, 'insert into t values (2)')).stderr).toContain('in a read-only transaction');
  const sessions = (await desk.browser.get('/app/me/sessions')).html;
  expect(sessions).toContain('for agent claude-code');
});
