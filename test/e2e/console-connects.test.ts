// What the console hands out really connects, and what it ends really ends: with real psql.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, openDesk } from '../support/desk.ts';
import { type PsqlRun, startPsql } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Page } from '../support/web-client.ts';

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

  it('psql connects with an access token, which stops working when it is revoked, at once', async () => {
    const tokens = `/app/${desk.person.id}/access-tokens`;
    const form = await desk.browser.get(`${tokens}/new`);
    const choice = { name: 'laptop', compute_id: desk.project.compute.id, access: 'read_write', days: '1' };
    const made = await desk.browser.submit(form, { ...choice, max_connections: '5' }, `${tokens}/new`);
    const live = psqlOf(made, ['-At']);
    live.write('select 6 * 7;\n');
    await live.waitForStdout(/42/);
    const revoke = /href="([^"]+\/revoke)"/.exec((await desk.browser.get(tokens)).html)?.[1] ?? '';
    await desk.browser.submit(await desk.browser.get(revoke), {}, revoke);
    await waitUntil(() => desk.node.postern.gateway.connectionCounts().sockets === 0, 'the connection is ended');
    live.write('select 1;\n');
    expect((await live.waitForStderr(/FATAL:.*/))[0]).toContain('terminating connection because access was revoked');
    const late = await finish(psqlOf(made, ['-c', 'select 1']));
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('password authentication failed')]);
  });
});

describe('a project’s page', () => {
  it('suspends a compute, which the next login wakes', async () => {
    const suspend = `${place}/computes/${desk.project.compute.id}/suspend`;
    const page = await desk.browser.get(place);
    const suspended = await desk.browser.submit(page, {}, suspend);
    expect(suspended.html).toContain('the next login wakes it');
    expect(suspended.html).toContain('class="state idle"');
    expect(await desk.login(['-Atc', 'select 1'])).toMatchObject({ code: 0, stdout: '1\n' });
    expect((await desk.browser.get(place)).html).toContain('class="state active"');
  });

  it('lists who is connected and ends a connection with a reason, which the terminal shows', async () => {
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

/** psql with the connection string of the page's psql line. */
function psqlOf({ html }: Page, args: readonly string[]): PsqlRun {
  const uri = /psql &quot;(postgresql:[^&]+(?:&amp;[^&]+)*)&quot;/.exec(html)?.[1];
  if (uri === undefined) throw new Error(`the page has no psql line: ${html}`);
  return startPsql({ args: [uri.replaceAll('&amp;', '&'), ...args] });
}
