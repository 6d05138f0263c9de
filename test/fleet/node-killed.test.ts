// A node that is killed behind haproxy: the others go on, what it held is gone within seconds, and an approval given
// meanwhile is not lost.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, LINK, linkOf, openDesk } from '../support/desk.ts';
import { nodeEnvironment } from '../support/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../support/postern-process.ts';
import type { PsqlRun } from '../support/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { BEHIND_HAPROXY, type Haproxy, startHaproxy } from './haproxy.ts';
import { expectNothingHeld } from './what-is-held.ts';

const GONE_WITHIN_MS = 15_000;

// Several processes start at once, and compile themselves.
const START_LIMIT_MS = 90_000;
// As OpenSSL happens to see it.
const CUT_OFF = /server closed the connection unexpectedly|EOF detected/;

let desk: Desk;
let doomed: PosternProcess;
let haproxy: Haproxy;
let liveHere: PsqlRun;
let liveThere: PsqlRun;
let waitingThere: PsqlRun;
let waitingLink: string;

beforeAll(async () => {
  desk = await openDesk({ environment: BEHIND_HAPROXY });
  const { databaseUrl, redisUrl } = desk.installation;
  const environment = { ...nodeEnvironment(databaseUrl, redisUrl), ...BEHIND_HAPROXY };
  doomed = await startPosternProcess({ environment, limitMs: START_LIMIT_MS });
  haproxy = await startHaproxy([desk.node, doomed]);
  liveHere = await connected(0);
  liveThere = await connected(1);
  waitingThere = desk.psql(['-c', 'select 1'], { at: haproxy.only(1) });
  waitingLink = new URL(new URL(await linkOf(waitingThere)).pathname, desk.node.baseUrl).href;
  await waitUntil(async () => (await registered()).length === 3, 'the survivor lists all three');
  doomed.kill('SIGKILL');
  await doomed.exit;
});

afterAll(async () => {
  await haproxy.close();
  await desk.close();
});

const registered = () => desk.node.postern.fleet.liveConnections.list();

async function connected(index: number): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: haproxy.only(index) });
  const { pathname } = new URL(await linkOf(psql));
  await desk.browser.approve(new URL(pathname, desk.node.baseUrl).href);
  psql.write("select 'first ' || 'answer';\n");
  await psql.waitForStdout(/^first answer$/m);
  return psql;
}

describe('a node that is killed', () => {
  it('ends who waits on it, and an approval for an hour given meanwhile lets the next try in', async () => {
    expect((await finish(waitingThere)).stderr).toMatch(CUT_OFF);
    const page = await desk.browser.approve(waitingLink, { remember: '1h' });
    expect(page.html).toContain('Approved');
    const again = desk.psql(['-Atc', 'select 6 * 7'], { at: haproxy.balanced });
    expect(await finish(again)).toMatchObject({ code: 0, stdout: '42\n' });
    expect(again.stderr()).not.toMatch(LINK);
  });

  it('ends its live connections', async () => {
    liveThere.write('select 1;\n');
    expect((await finish(liveThere)).stderr).toMatch(CUT_OFF);
  });

  it('disappears from the lists with all that it held', async () => {
    const isGone = async () => (await desk.node.postern.fleet.liveConnections.listNodes()).length === 1;
    await waitUntil(isGone, 'the node is gone', GONE_WITHIN_MS);
    expect(await registered()).toHaveLength(1);
  });

  it('leaves the others’ connections alone, and the balancer sends new ones to them', async () => {
    for (const attempt of [1, 2, 3]) {
      const psql = desk.psql(['-Atc', 'select 6 * 9'], { at: haproxy.balanced });
      expect(await finish(psql), `attempt ${attempt}`).toMatchObject({ code: 0, stdout: '54\n' });
    }
    liveHere.write("select 'second ' || 'answer';\n\\q\n");
    expect(await finish(liveHere)).toMatchObject({ code: 0, stdout: 'first answer\nsecond answer\n' });
  });

  it('leaves nothing held', async () => {
    await expectNothingHeld(desk);
  });
});
