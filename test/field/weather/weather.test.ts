// Working days and outages in networks as they are. All at the same time, since what takes long is
// waiting.

import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { attachCompute } from '../../support/databases/attached-computes.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, runPsql, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Between, serveForward, serveHaproxy, serveNginx } from './balancers.ts';
import { type DatabaseHost, serveDatabase } from './database-host.ts';
import { removeOwn } from './namespaces.ts';
import { type Host, openNetwork, type Place } from './network.ts';
import { ALL_DONE, OUTAGE_SECONDS, outcomes, sitOut, startWork } from './outage.ts';
import { approve, beginTransaction, expectLiveQuery, expectWorkingDay, logIn, startPsqlOn } from './working-day.ts';

/** Of balancers, in a namespace where nothing else listens. */
const PORT = 5433;
const ASK = fileURLToPath(new URL('../clients/ask.sql', import.meta.url));

let desk: Desk;
/** The desk's own project, also once there are others. */
let shop: { readonly compute_id: string };

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_PG_HOST: '::', POSTERN_REVERSE_CODE: 'never' } });
  shop = { compute_id: desk.project.compute.id };
});

afterAll(async () => {
  await removeOwn();
  await desk?.close();
});

describe.concurrent(`${OUTAGE_SECONDS} seconds without a network`, () => {
  it('lose no work, on neither side of a node, as without one', {
    timeout: (OUTAGE_SECONDS + 300) * 1_000,
  }, async () => {
    await using network = await openNetwork('laptop', 'desktop', 'database');
    const { laptop, desktop, database } = network.hosts;
    await using postgres = await serveDatabase(database);
    const { choice } = await attachCompute(desk, postgres, postgres);
    const hasty = await desk.startNode({ POSTERN_KEEPALIVE: '1s' });
    const way = { to: network.machine.v4, port: desk.node.pgPort };
    // First: while bytes are unacknowledged, TCP does not ask for the peer.
    const lost = await logIn(desk.browser, { ...way, from: laptop, port: hasty.pgPort }, shop);
    await beginTransaction(lost);
    const byClient = await startWork(() => logIn(desk.browser, { ...way, from: laptop }, shop));
    const byUpstream = await startWork(() => logIn(desk.browser, { ...way, from: desktop }, choice));
    const plain = await startWork(() => connectPlainly(laptop, postgres));
    await sitOut([...byClient, ...byUpstream, ...plain], {
      lose: () => Promise.all([laptop.setLink('down'), database.setReach('nothing')]),
      recover: async () => {
        await waitUntil(() => relayingOn(hasty) === 0, 'the short keepalive gives up');
        await Promise.all([laptop.setLink('up'), database.setReach('all')]);
      },
    });
    const [ofClient, ofUpstream, ofPlain] = await Promise.all([byClient, byUpstream, plain].map(outcomes));
    expect({ ofClient, ofUpstream, ofPlain }).toEqual({ ofClient: ALL_DONE, ofUpstream: ALL_DONE, ofPlain: ALL_DONE });
    lost.write('commit;\n\\q\n');
    expect((await lost.exit).code).not.toBe(0);
  });

  it('but a few, while a person decides, leave the login to be approved', async () => {
    await using network = await openNetwork('laptop');
    const { laptop } = network.hosts;
    const node = await desk.startNode();
    const psql = startPsqlOn({ from: laptop, to: network.machine.v4, port: node.pgPort });
    await psql.waitForStderr(/must show this code/);
    await laptop.setReach('nothing');
    await approve(desk.browser, psql, shop);
    await waitUntil(() => relayingOn(node) === 1, 'it is approved meanwhile');
    await laptop.setReach('all');
    await expectLiveQuery(psql);
    psql.kill('SIGKILL');
  });
});

function relayingOn({ postern }: TestNode): number {
  return postern.gateway.connectionCounts().relaying;
}

async function connectPlainly(from: Host, { host, role, password }: DatabaseHost): Promise<PsqlRun> {
  const [program = '', ...on] = from.on;
  const args = [...on, 'psql', '-XAt', '-h', host, '-U', role];
  const psql = startPsql({ program, args, env: { PGSSLMODE: 'require', PGPASSWORD: password } });
  await expectLiveQuery(psql);
  return psql;
}

describe.concurrent('a working day', () => {
  it('goes well by NAT, for two hosts behind one address', async () => {
    await using network = await openNetwork('one', 'other');
    const way = { to: network.machine.v4, port: desk.node.pgPort };
    const days = Object.values(network.hosts).map((from) => expectWorkingDay(desk.browser, { ...way, from }, shop));
    await Promise.all(days);
    await expectTerminalAt(network.router.v4);
  });

  it('goes well by IPv6 from a host whose IPv4 is behind NAT', async () => {
    await using network = await openNetwork('host');
    const { host } = network.hosts;
    await expectWorkingDay(desk.browser, { from: host, to: network.machine.v6, port: desk.node.pgPort }, shop);
    await expectTerminalAt(host.v6);
  });

  it('goes well in packets of 576 bytes', async () => {
    await using network = await openNetwork('host');
    const { host } = network.hosts;
    await host.setMtu(576);
    await expectWorkingDay(desk.browser, { from: host, to: network.machine.v4, port: desk.node.pgPort }, shop);
  });

  it('goes well by a slow link that loses four packets of a hundred', async () => {
    await using network = await openNetwork('host');
    const { host } = network.hosts;
    await host.loseSome(4);
    await expectWorkingDay(desk.browser, { from: host, to: network.machine.v4, port: desk.node.pgPort }, shop);
  });

  it('goes well by a plain forward that takes 150 ms each way', async () => {
    await using network = await openNetwork('host');
    const { machine, router } = network;
    const node = { address: machine.v4, port: desk.node.pgPort };
    await serveForward(router, { address: router.v4, port: PORT, node }, 150);
    await expectWorkingDay(desk.browser, { from: network.hosts.host, to: router.v4, port: PORT }, shop);
  });
});

describe.concurrent('a working day behind a balancer', () => {
  const balancers: readonly (readonly [string, 'v4' | 'v6', (router: Place, between: Between) => Promise<void>])[] = [
    ['haproxy with PROXY version 2', 'v4', (router, between) => serveHaproxy(router, between, 'send-proxy-v2')],
    ['haproxy with PROXY version 1, by IPv6', 'v6', (router, between) => serveHaproxy(router, between, 'send-proxy')],
    ['nginx', 'v4', serveNginx],
    ['nginx, by IPv6 to a node of IPv4', 'v6', serveNginx],
  ];

  it.each(balancers)('%s, goes well, and the host keeps its address', async (_name, family, serve) => {
    await using network = await openNetwork('host');
    await using folder = await temporaryFolder();
    const { machine, router, hosts } = network;
    const proxied = await desk.startNode({ POSTERN_PROXY_PROTOCOL_FROM: router.v4 });
    const node = { address: machine.v4, port: proxied.pgPort };
    await serve(router, { address: router[family], port: PORT, node, folder: folder.path });
    await expectWorkingDay(desk.browser, { from: hosts.host, to: router[family], port: PORT }, shop);
    await expectTerminalAt(hosts.host[family]);
    await proxied.close();
  });
});

describe.concurrent('pgbench -C from another host', () => {
  it('connects as often as it can with a right token, and loses nothing', async () => {
    await using network = await openNetwork('host');
    const { catalogue } = desk.node.postern;
    const { accessToken, secret } = await createAccessToken(
      catalogue,
      await actingAs(catalogue, { userId: desk.person.id }),
      { name: 'bench', computeId: desk.project.compute.id, owner: 'self', access: 'read_write', maxConnections: 20 },
    );
    const { code, stdout, stderr } = await runPsql({
      program: 'ip',
      args: [...network.hosts.host.on.slice(1), 'pgbench', '-n', '-f', ASK, '-C', '-c', '4', '-T', '6'],
      env: {
        ...{ PGHOST: network.machine.v4, PGPORT: String(desk.node.pgPort), PGSSLMODE: 'require' },
        ...{ PGUSER: accessToken.id, PGPASSWORD: secret.reveal(), PGDATABASE: desk.project.databases[0]?.name ?? '' },
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/number of transactions actually processed: [1-9]/);
    expect(stdout).toMatch(/number of failed transactions: 0 /);
  });
});

/** As the trail has it. */
async function expectTerminalAt(address: string): Promise<void> {
  await waitUntil(async () => {
    const { rows } = await sql`select from audit_events where body ->> 'terminal_ip' = ${address} limit 1`.execute(
      desk.node.postern.catalogue.db,
    );
    return rows.length > 0;
  }, `a terminal at ${address}`);
}
