import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';
import { answerTo, connectedClient, upstreamActivity, waitForMessage, waitingClient } from './connected-client.ts';
import {
  addDeveloper,
  approveLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  type GatewayOptions,
  startGateway,
  type UpstreamForTests,
} from './gateway-for-tests.ts';
import { RawClient } from './raw-client.ts';

let fleet: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [fleet, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(fleet, upstream);
});

afterAll(async () => {
  await fleet.close();
  await upstream.close();
});

type DrainOptions = GatewayOptions & { readonly drainMs: number; readonly restMs?: number | null };

/** Connections at rest end at once, unless told otherwise. */
async function nodeWith({ drainMs: limitMs, restMs = 0, ...options }: DrainOptions): Promise<GatewayForTests> {
  return await startGateway({
    ...options,
    fleetOf: fleet,
    config: (config) => ({ ...config, drain: { limitMs, restMs } }),
  });
}

const RESTARTING = { C: '57P01', H: 'Postern is restarting, connect again.' };

describe('a node that drains', () => {
  it('ends idle connections at once and transactions at their end', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using idle = await connectedClient(node, developer);
    using busy = await connectedClient(node, developer);
    await answerTo(busy, 'begin; select 1');
    const drained = node.gateway.drain();
    await idle.waitForEnd();
    expect(idle.fatal).toMatchObject(RESTARTING);

    expect(await answerTo(busy, 'select 7')).toBe('7');
    busy.query('commit');
    await busy.waitForEnd();
    // The commit's own answer came first.
    expect(busy.types).toMatch(/CZE$/);
    expect(busy.fatal).toMatchObject(RESTARTING);
    await drained;
    expect(node.gateway.connectionCounts()).toEqual({ sockets: 0, waiting: 0, relaying: 0 });
    await node.close();
  });

  it('lets a working connection go on until it rests', async () => {
    const restMs = 1_500;
    const node = await nodeWith({ drainMs: 60_000, restMs });
    using idle = await connectedClient(node, developer);
    using busy = await connectedClient(node, developer);
    const drained = node.gateway.drain();
    // Its pauses are far shorter than a rest, all of it together is longer than one.
    await waitUntil(async () => {
      expect(await answerTo(busy, 'select 7')).toBe('7');
      return idle.isEnded;
    }, 'the idle one ends');
    expect(idle.fatal).toMatchObject(RESTARTING);
    expect(await answerTo(busy, 'select 8')).toBe('8');
    const lastAnswerAt = performance.now();
    await busy.waitForEnd();
    expect(performance.now() - lastAnswerAt).toBeGreaterThan(restMs / 2);
    expect(busy.fatal).toMatchObject(RESTARTING);
    await drained;
    await node.close();
  });

  it.each([
    ['what is in a transaction', { restMs: 0 }, 'begin'],
    ['what runs a query', { restMs: 0 }, "do 'begin perform pg_sleep(60); end'"],
    ['also what rests, when no rest is long enough', { restMs: null }, 'select 1'],
  ] as const)('ends %s at its limit', async (_what, rest, sql) => {
    const node = await nodeWith({ drainMs: 500, ...rest });
    using client = await connectedClient(node, developer);
    client.query(sql);
    const hasBegun = async () => (await upstreamActivity(upstream)).some((activity) => activity.endsWith(sql));
    await waitUntil(hasBegun, 'the statement reaches the upstream');
    // Its answer, if any, is a moment behind.
    if (!sql.startsWith('do')) await client.waitForType('C');
    const began = performance.now();
    await node.gateway.drain();
    await client.waitForEnd();
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(client.fatal).toMatchObject(RESTARTING);
    await node.close();
  });

  it('notifies waiting logins, and lets an approved one run a query', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using client = await waitingClient(node);
    const drained = node.gateway.drain();
    await client.waitForNotice(/^This gateway is restarting; the login must be approved within 1 minute\.$/);
    await approveLink(node, client, developer);
    await client.waitForType('Z');
    expect(await answerTo(client, 'select 7')).toBe('7');
    await client.waitForEnd();
    expect(client.fatal).toMatchObject(RESTARTING);
    await drained;
    await node.close();
  });

  it('leaves an unapproved login open, so that its approval can make a grant', async () => {
    const node = await nodeWith({ drainMs: 100 });
    using client = await waitingClient(node);
    await node.gateway.drain();
    await client.waitForEnd();
    expect(client.fatal).toMatchObject(RESTARTING);
    expect(await fleet.loginRequests.findByToken(client.token)).toMatchObject({ status: 'pending', waiting: 'none' });
    await node.close();
  });

  it('does not wait for a connection that is still negotiating', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using silent = await RawClient.connect(node);
    silent.listen();
    await node.gateway.drain();
    await silent.waitForEnd();
    expect(silent.messages).toEqual([]);
    await node.close();
  });

  // A throw while a connection was reported left it among the open ones, and the node never
  // finished its drain.
  it('finishes although reporting a connection throws', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using client = await connectedClient(node, developer);
    vi.spyOn(node.auditTrail, 'record').mockImplementation(() => {
      throw new Error('a defect of the report');
    });
    await node.gateway.drain();
    expect(client.isEnded).toBe(true);
    expect(node.gateway.connectionCounts()).toEqual({ sockets: 0, waiting: 0, relaying: 0 });
    await node.close();
  });

  it('accepts no new connection', async () => {
    const node = await nodeWith({ drainMs: 1_000 });
    await node.gateway.drain();
    const refused = new Promise<string>((resolve) => {
      const socket = connect({ port: node.port, host: '127.0.0.1' });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(await refused).toBe('ECONNREFUSED');
    await node.close();
  });

  it('serves late arrivals behind a balancer for a few seconds', async () => {
    const node = await nodeWith({
      drainMs: 60_000,
      times: { lateArrivalMs: 1_000 },
      environment: { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.0/8', POSTERN_TLS: 'allow' },
    });
    const drained = node.gateway.drain();
    using late = await RawClient.connect(node);
    late.send(Buffer.from('PROXY TCP4 203.0.113.7 127.0.0.1 50123 5432\r\n'));
    late.sendStartup({ application_name: 'psql' });
    await late.waitForNotice(/^Welcome/);
    await approveLink(node, late, developer);
    await late.waitForType('Z');
    expect(await answerTo(late, 'select 7')).toBe('7');
    await late.waitForEnd();
    expect(late.fatal).toMatchObject(RESTARTING);
    await drained;
    await expect(RawClient.connect(node)).rejects.toThrow('ECONNREFUSED');
    await node.close();
  });

  it('refuses a late StartupMessage with 57P03 before AuthenticationOk', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using busy = await connectedClient(node, developer);
    await answerTo(busy, 'begin; select 1');
    using late = await RawClient.connect(node);
    await waitUntil(() => node.gateway.connectionCounts().sockets === 2, 'both are accepted');
    const drained = node.gateway.drain();
    await waitUntil(
      async () =>
        await RawClient.connect(node).then(
          () => false,
          () => true,
        ),
      'nobody is accepted',
    );
    late.sendStartup();
    await late.waitForEnd();
    expect(late.types).toBe('E');
    expect(late.fatal).toMatchObject({ C: '57P03', M: 'cannot connect now' });
    busy.query('commit');
    await busy.waitForEnd();
    await drained;
    await node.close();
  });

  it('ends everything at once when it is closed meanwhile', async () => {
    const node = await nodeWith({ drainMs: 60_000 });
    using busy = await connectedClient(node, developer);
    await answerTo(busy, 'begin; select 1');
    using waiting = await waitingClient(node);
    const drained = node.gateway.drain();
    await node.gateway.close();
    await drained;
    await Promise.all([busy.waitForEnd(), waiting.waitForEnd()]);
    expect([busy.fatal.C, waiting.fatal.C]).toEqual(['57P01', '57P01']);
    await node.close();
  });
});

describe('a node that is full', () => {
  it('refuses with 53300 and goes on serving the others', async () => {
    const node = await startGateway({ environment: { POSTERN_CONNECTIONS_TOTAL: '1' }, fleetOf: fleet });
    using first = await connectedClient(node, developer);
    using second = await RawClient.connectTls(node);
    second.sendStartup();
    await second.waitForEnd();
    expect(second.fatal).toMatchObject({ C: '53300', M: 'too many connections to this gateway (limit 1)' });
    expect(await answerTo(first, 'select 7')).toBe('7');
    await node.close();
  });

  it('answers a client that half-closes after its last query', async () => {
    using client = await connectedClient(fleet, developer);
    const before = client.messages.length;
    client.query('select pg_sleep(0.3), 7');
    client.socket.end();
    await waitForMessage(client, 'D', before);
    await waitUntil(() => client.isEnded, 'both sides are closed');
  });
});
