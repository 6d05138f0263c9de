// Three nodes behind haproxy: any node can decide, cancel and end what another one asks or holds.

import { Socket } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import type { WebClient } from '../../support/browser/web-client.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { BEHIND_HAPROXY, type Haproxy, startHaproxy } from './haproxy.ts';
import { expectNothingHeld } from './what-is-held.ts';

// Longer than any test waits.
const SLEEP = 'select pg_sleep(3600)';

let desk: Desk;
let nodes: readonly [TestNode, TestNode, TestNode];
let haproxy: Haproxy;
let browserElsewhere: WebClient;

beforeAll(async () => {
  desk = await openDesk({ environment: BEHIND_HAPROXY });
  nodes = [desk.node, await desk.startNode(), await desk.startNode()];
  haproxy = await startHaproxy(nodes);
  browserElsewhere = await desk.openBrowser(nodes[1]);
});

afterAll(async () => {
  await haproxy.close();
  await desk.close();
});

// No test leaves anything behind.
afterEach(() => expectNothingHeld(desk, nodes));

/** psql at the first node, approved at a page of the second. */
async function logIn(args: readonly string[], at = haproxy.only(0)): Promise<PsqlRun> {
  const psql = desk.psql(args, { at });
  const page = await browserElsewhere.approve(await linkOf(psql));
  expect(page.url).toContain(nodes[1].baseUrl);
  return psql;
}

async function sleepingLogin(at = haproxy.only(0)) {
  const psql = await logIn(['-c', SLEEP], at);
  await waitUntil(isSleeping, 'the query runs');
  const { liveConnections } = nodes[2].postern.fleet;
  const record = await waitUntil(async () => {
    const records = await liveConnections.list({ phase: 'relaying' });
    return records.find(({ upstreamPid }) => upstreamPid !== null);
  }, 'the third node lists it');
  return { psql, record, liveConnections };
}

async function isSleeping(): Promise<boolean> {
  const role = desk.project.roles[0]?.name;
  const sql = `select 1 from pg_stat_activity where usename = '${role}' and state = 'active' and query = '${SLEEP}'`;
  return (await queryRows(postgresUrl(), sql)).length > 0;
}

describe('three nodes behind haproxy', () => {
  it('approve a login that waits on another node', async () => {
    const psql = await logIn(['-Atc', 'select 6 * 7']);
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('carry Ctrl-C to its query, whichever node receives it', async () => {
    for (const round of [1, 2, 3]) {
      const { psql } = await sleepingLogin(haproxy.balanced);
      psql.kill('SIGINT');
      expect((await finish(psql)).stderr, `round ${round}`).toContain('canceling statement due to user request');
      await expectNothingHeld(desk, nodes);
    }
  });

  it('end a connection of another node, with the reason', async () => {
    const { psql, record, liveConnections } = await sleepingLogin();
    expect(await liveConnections.end(record.id, { reason: 'tidying up', by: 'ops' })).toBe('done');
    const { stderr } = await finish(psql);
    expect(stderr).toContain('FATAL:  terminating connection due to administrator command\n');
    expect(stderr).toContain('HINT:  Reason: tidying up.');
  });

  it('cancel a query of another node', async () => {
    const { psql, record, liveConnections } = await sleepingLogin();
    expect(await liveConnections.cancelQuery(record.id, { by: 'ops' })).toBe('done');
    expect((await finish(psql)).stderr).toContain('canceling statement due to user request');
  });

  it('send a NOTICE to a connection of another node', async () => {
    const { psql, record, liveConnections } = await sleepingLogin();
    expect(await liveConnections.notify([record], { text: 'lunch is ready', by: 'ops' })).toBe(1);
    await psql.waitForStderr(/NOTICE: {2}.*lunch is ready/);
    await liveConnections.end(record.id, { reason: 'enough', by: 'ops' });
    await psql.exit;
  });

  it('know the client by its own address, not by the balancer’s', async () => {
    const client = await tokenClient('127.0.0.9');
    const records = await nodes[2].postern.fleet.liveConnections.list();
    await client.end();
    expect(records.map(({ address }) => address)).toEqual(['127.0.0.9']);
  });
});

/** node-postgres through the balancer, from that local address. */
async function tokenClient(localAddress: string): Promise<pg.Client> {
  const { catalogue } = desk.node.postern;
  const { accessToken, secret } = await createAccessToken(
    catalogue,
    await actingAs(catalogue, { userId: desk.person.id }),
    { name: 'far away', computeId: desk.project.compute.id, owner: 'self', access: 'read_write' },
  );
  const client = new pg.Client({
    host: '127.0.0.1',
    port: haproxy.balanced.pgPort,
    user: accessToken.id,
    password: secret.reveal(),
    database: desk.project.databases[0]?.name,
    ssl: { rejectUnauthorized: false },
    stream: () => socketFrom(localAddress),
  });
  await client.connect();
  return client;
}

function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  const connectFrom = (port: number, host: string) =>
    socket.constructor.prototype.connect.call(socket, { port, host, localAddress });
  return Object.assign(socket, { connect: connectFrom });
}
