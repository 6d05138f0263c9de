// A node is killed behind haproxy while connections are in each phase: the others go on, what it
// held is gone within seconds, and an approval given meanwhile is neither lost nor used twice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type Desk, finish, LINK, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { startTcpRelay, type TcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { BEHIND_HAPROXY, type Haproxy, startHaproxy } from './haproxy.ts';
import { expectNothingHeld } from './what-is-held.ts';

const GONE_WITHIN_MS = 30_000;
// Several processes start at once.
const START_LIMIT_MS = 90_000;
// Depends on what OpenSSL notices.
const CUT_OFF = /server closed the connection unexpectedly|EOF detected/;

let desk: Desk;
let hop: TcpRelay;
let doomed: PosternProcess;
let haproxy: Haproxy;
let liveHere: PsqlRun;
let liveThere: PsqlRun;
let connectingThere: PsqlRun;
/** Each connects as another user, so that no grant lets another one in. */
const waitingThere = new Map<string, { readonly psql: PsqlRun; readonly link: string }>();
let connectingLink: string;
let doomedId: string;

beforeAll(async () => {
  hop = await startTcpRelay(Number(new URL(postgresUrl()).port));
  const { port } = hop;
  const hostUrl = new URL(postgresUrl());
  hostUrl.port = String(port);
  // One person is at the address: where others are, a second try needs a code.
  const alone = { POSTERN_SHARED_NETWORKS: '' };
  const environment = { ...BEHIND_HAPROXY, ...alone, POSTERN_HOSTS: `18=${hostUrl.href}` };
  desk = await openDesk({ environment });
  const { databaseUrl, redisUrl } = desk.installation;
  doomed = await startPosternProcess({
    environment: { ...nodeEnvironment(databaseUrl, redisUrl), ...environment },
    limitMs: START_LIMIT_MS,
  });
  haproxy = await startHaproxy([desk.node, doomed]);
  liveHere = await connected(0);
  liveThere = await connected(1);
  for (const user of ['opened', 'decided', 'remembered', 'late']) {
    const psql = desk.psql(['-U', user, '-c', 'select 1'], { at: haproxy.only(1) });
    waitingThere.set(user, { psql, link: atSurvivor(await linkOf(psql)) });
  }
  await desk.browser.get(new URL(linkFor('opened')).pathname);
  connectingThere = desk.psql(['-U', 'connecting', '-c', 'select 1'], { at: haproxy.only(1) });
  connectingLink = atSurvivor(await linkOf(connectingThere));
  // Longer than this file takes: the query must have been ended by then.
  liveThere.write('select pg_sleep(600);\n');
  await waitUntil(async () => (await runningQueries()) === 1, 'the query runs');
  hop.hold();
  await desk.browser.approve(connectingLink);
  await connectingThere.waitForStderr(/Connecting to database/);
  await waitUntil(async () => (await registered()).length === 7, 'the survivor lists all seven');
  // Others' records are up to a second old, more on a loaded machine: what is not told yet dies
  // with its node.
  const isConnecting = async () =>
    (await registered()).some(({ phase, loginRequestId }) => phase === 'connecting' && loginRequestId !== null);
  await waitUntil(isConnecting, 'the survivor knows which of them connects');
  const nodes = await desk.node.postern.fleet.liveConnections.listNodes();
  doomedId = nodes.find(({ nodeId }) => nodeId !== desk.node.postern.nodeId)?.nodeId ?? '';
  // One approval comes while the node still counts as alive; it is frozen first so that it cannot
  // use it.
  doomed.kill('SIGSTOP');
  expect((await approve('decided', 'once')).html).toContain('Approved');
  doomed.kill('SIGKILL');
  await doomed.exit;
  hop.release();
});

afterAll(async () => {
  await haproxy.close();
  await desk.close();
  await hop.close();
});

async function runningQueries(): Promise<number> {
  const sql = "select count(*)::int as count from pg_stat_activity where query like 'select pg_sleep(600)%'";
  const [row] = await queryRows(postgresUrl(), sql);
  return Number(row?.count);
}

const registered = () => desk.node.postern.fleet.liveConnections.list();
const atSurvivor = (link: string) => new URL(new URL(link).pathname, desk.node.baseUrl).href;

function linkFor(user: string): string {
  const link = waitingThere.get(user)?.link;
  if (link === undefined) throw new Error(`nobody waits as ${user}`);
  return link;
}

const approve = (user: string, remember: string) => desk.browser.approve(linkFor(user), { remember });

async function connected(index: number): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: haproxy.only(index) });
  await desk.browser.approve(atSurvivor(await linkOf(psql)));
  psql.write("select 'first ' || 'answer';\n");
  await psql.waitForStdout(/^first answer$/m);
  return psql;
}

async function tryAgain(user: string): Promise<PsqlRun> {
  const psql = desk.psql(['-U', user, '-Atc', 'select 6 * 7'], { at: haproxy.balanced });
  await waitUntil(() => LINK.test(psql.stderr()) || psql.process.exitCode !== null, `${user} is answered`);
  return psql;
}

async function expectLetIn(user: string): Promise<void> {
  const psql = await tryAgain(user);
  expect(psql.stderr()).not.toMatch(LINK);
  expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
}

async function expectAsked(user: string): Promise<void> {
  const psql = await tryAgain(user);
  expect(psql.stderr()).toMatch(LINK);
  psql.kill('SIGKILL');
  await psql.exit;
}

describe('a node that is killed', () => {
  it('ends its waiting, connecting and live connections', async () => {
    const cutOff = [liveThere, connectingThere, ...[...waitingThere.values()].map(({ psql }) => psql)];
    for (const psql of cutOff) expect((await finish(psql)).stderr).toMatch(CUT_OFF);
  });

  it('disappears from the lists with everything it held', async () => {
    const { liveConnections } = desk.node.postern.fleet;
    await waitUntil(async () => (await liveConnections.listNodes()).length === 1, 'the node is gone', GONE_WITHIN_MS);
    expect(await registered()).toHaveLength(1);
  });

  it('lets the page of a connecting login say what happened', async () => {
    const says = async () => (await desk.browser.get(new URL(connectingLink).pathname)).html;
    const isTold = async () => (await says()).includes('The connection was lost');
    await waitUntil(isTold, 'the page says so', GONE_WITHIN_MS);
    expect(await says()).toContain('Run the command again');
    await expectAsked('connecting');
  });

  it('turns an approval that it could not use into a grant for one use', async () => {
    const says = async () => (await desk.browser.get(new URL(linkFor('decided')).pathname)).html;
    await waitUntil(async () => (await says()).includes('Connect again now'), 'the page says so', GONE_WITHIN_MS);
    await expectLetIn('decided');
    await expectAsked('decided');
  });

  it.each(['opened', 'late'])('turns "this connection only", approved later, into one use (%s)', async (user) => {
    expect((await desk.browser.get(new URL(linkFor(user)).pathname)).html).toContain('does not wait any more');
    expect((await approve(user, 'once')).html).toContain('Connect again now');
    await expectLetIn(user);
    await expectAsked(user);
  });

  it('turns an approval for an hour into a grant for any number', async () => {
    expect((await approve('remembered', '1h')).html).toContain('Connect again now');
    await expectLetIn('remembered');
    await expectLetIn('remembered');
  });

  it('keeps the connections of other nodes', async () => {
    liveHere.write("select 'second ' || 'answer';\n\\q\n");
    expect(await finish(liveHere)).toMatchObject({ code: 0, stdout: 'first answer\nsecond answer\n' });
  });

  it('has the end of each connection in the audit trail, once', async () => {
    const { catalogue, auditTrail } = desk.node.postern;
    await auditTrail.flush();
    const lost = async () => {
      const { items } = await listAuditEvents(catalogue, SYSTEM_CONTEXT, { limit: 200, cursor: null });
      return items.filter(({ reason, subject }) => reason === 'node_lost' && subject === doomedId);
    };
    const events = (await lost()).map(({ event, connection_id: id }) => `${event} ${id}`);
    expect(new Set(events).size).toBe(6);
    expect(events.map((text) => text.split(' ')[0]).sort()).toEqual([
      'connection.ended',
      ...Array.from({ length: 5 }, () => 'connection.failed'),
    ]);
  });

  it('leaves nothing held', async () => {
    await expectNothingHeld(desk);
  });
});
