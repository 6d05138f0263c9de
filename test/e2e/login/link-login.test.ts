// Login by link with real psql, on both Redis servers.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, finish, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson, type TestNode } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe.each(redisKinds)('psql -h, on $name', ({ start }) => {
  let redis: TestRedis;
  let desk: Desk;
  let shortLived: TestNode;

  beforeAll(async () => {
    redis = await start();
    desk = await openDesk({ redisUrl: redis.url });
    shortLived = await desk.startNode({ POSTERN_LOGIN_TTL: '2s' });
  });

  afterAll(async () => {
    await desk.close();
    await redis.close();
  });

  it('shows the link, waits for the approval, and is connected', async () => {
    const psql = desk.psql(['-Atc', 'select 6 * 7']);
    await desk.browser.approve(await linkOf(psql));
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
    expect(psql.stderr()).toContain('NOTICE:  Connecting to database.');
  });

  it('ends at once with 28000 and a hint when the person denies', async () => {
    const psql = desk.psql(['-c', 'select 1']);
    const page = await desk.browser.deny(await linkOf(psql));
    expect(page.html).toContain('Denied');
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr()).toMatch(
      /FATAL: {2}login was denied\nDETAIL: {2}login request lr-\w+\nHINT: {2}Run the command/,
    );
  });

  it('expires when nobody decides, and the page says so', async () => {
    const browser = await desk.openBrowser(shortLived);
    const psql = desk.psql(['-c', 'select 1'], { at: shortLived });
    const page = await browser.get(new URL(await linkOf(psql)).pathname);
    expect((await finish(psql)).code).toBe(2);
    expect(psql.stderr()).toMatch(
      /FATAL: {2}login request expired after 2 seconds\n.*\nHINT: {2}Run the command again/,
    );
    expect((await browser.get(page.url)).html).toContain('This link has expired');
    const late = await browser.submit(page, { decision: 'approve' }, page.url);
    expect([late.status, late.html]).toEqual([409, expect.stringContaining('expired')]);
  });

  it('killed while it waits: the page says so, a late approval connects nobody', async () => {
    const psql = desk.psql(['-c', 'select 1']);
    const page = await desk.browser.get(new URL(await linkOf(psql)).pathname);
    psql.kill('SIGKILL');
    await waitUntil(() => desk.node.postern.gateway.connectionCounts().sockets === 0, 'the terminal is missed');
    const late = await desk.browser.submit(page, { decision: 'approve' }, page.url);
    expect([late.status, late.html]).toEqual([409, expect.stringContaining('The terminal closed')]);
    expect((await desk.browser.get(page.url)).html).toContain('The terminal closed');
    expect(desk.node.postern.gateway.connectionCounts()).toEqual({ sockets: 0, waiting: 0, relaying: 0 });
  });

  it('lets one of two tabs decide and informs the other', async () => {
    const psql = desk.psql(['-Atc', 'select count(*) from pg_stat_activity where usename = current_user']);
    const path = new URL(await linkOf(psql)).pathname;
    const tabs = [await desk.browser.get(path), await desk.browser.get(path)] as const;
    expect(tabs[0].url).toBe(tabs[1].url);
    await desk.browser.approve(tabs[0].url);
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '1\n' });
    const second = await desk.browser.submit(tabs[1], { decision: 'deny' }, tabs[1].url);
    expect(second.status).toBe(409);
  });

  it('lets nobody in by a used link', async () => {
    const psql = desk.psql(['-Atc', 'select 1']);
    const link = await linkOf(psql);
    const page = await desk.browser.approve(link);
    await psql.exit;
    await waitUntil(async () => (await desk.browser.get(page.url)).html.includes('ended'), 'the page knows of the end');
    const replayed = await desk.browser.get(new URL(link).pathname);
    expect(replayed.html).toContain('its link lets nobody in again');
    const again = await desk.browser.post(new URL(page.url).pathname, await formOf(desk));
    expect(again.status).toBe(409);
    expect(desk.node.postern.gateway.connectionCounts()).toEqual({ sockets: 0, waiting: 0, relaying: 0 });
  });

  it('has a link that exists only for the person who opened it first', async () => {
    const other = await addPerson(desk.node, { email: `${redis.url.length}-kim@example.com` });
    const stranger = await signedInBrowser(desk.node.baseUrl, other.email);
    const psql = desk.psql(['-Atc', 'select 1']);
    const link = await linkOf(psql);
    const page = await desk.browser.get(new URL(link).pathname);
    for (const path of [new URL(link).pathname, new URL(page.url).pathname]) {
      const answer = await stranger.get(path);
      expect([answer.status, answer.html]).toEqual([404, expect.not.stringContaining('psql')]);
    }
    await desk.browser.approve(page.url);
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '1\n' });
  });
});

/** Sends the form of an approval again, with the CSRF token of the browser's session. */
async function formOf(desk: Desk): Promise<Record<string, string>> {
  const home = await desk.browser.get('/');
  const token = /name="csrf_token" value="([^"]+)"/.exec(home.html)?.[1] ?? '';
  return { csrf_token: token, decision: 'approve', compute_id: desk.project.compute.id };
}
