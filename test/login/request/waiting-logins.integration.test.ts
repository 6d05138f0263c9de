import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUserId } from '../../../src/ids.ts';
import type { LoginOrigin, LoginRequest } from '../../../src/login/request/login-request.ts';
import { BRIEFLY_KEPT_MS, KEPT_MS } from '../../../src/login/scripts/login-request-scripts.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  requestMoved,
  startLoginNode,
} from '../../support/nodes/login-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const LIMITS = { waitingPerAddress: 3, waitingInTotal: 8, sharedNetworks: ['192.0.2.0/24'] };

describe.each(redisKinds)('waiting logins on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;
  let hasty: LoginNode;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url, { limits: LIMITS });
    hasty = startLoginNode(server.url, { limits: LIMITS, ttlMs: 60 });
  });

  afterAll(async () => {
    await hasty[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  const open = (address: string, { by = node, as = 'alice' } = {}) =>
    by.requests
      .open(loginOrigin({ address, requestedUser: as }), { waiting: 'connection' })
      .then(({ request }) => request);
  const stateOf = async ({ id }: LoginRequest) => {
    const request = await node.requests.find(id);
    return request?.status === 'abandoned' ? request.reason : request?.status;
  };
  const letIn = async (origin: LoginOrigin) => {
    const { request, userId } = await openClaimed(node.requests, origin);
    requestMoved(await node.requests.approve(request.id, { userId, approval: approvalBy(userId) }));
    requestMoved(await node.requests.consume(request.id));
  };

  it('beyond the places of an address give way to newer ones, also at once', async () => {
    const opened = await Promise.all(Array.from({ length: 50 }, () => open('203.0.113.7')));
    const states = await Promise.all(opened.map(stateOf));
    expect(states.filter((state) => state === 'pending')).toHaveLength(3);
    expect(states.filter((state) => state === 'too_many_waiting_of_address')).toHaveLength(47);
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 3, inTotal: 3 });
  });

  it('of one IPv6 /64 share the places of an address', async () => {
    const [first, ...others] = [
      await open('2001:db8:1:2::1'),
      await open('2001:db8:1:2::2'),
      await open('2001:db8:1:2:ffff::'),
      await open('2001:db8:1:3::1'),
      await open('2001:db8:1:2:3:4::'),
    ];
    expect(await stateOf(first)).toBe('too_many_waiting_of_address');
    for (const other of others) expect(await stateOf(other)).toBe('pending');
  });

  // A neighbour behind the same address kept all its places, and everybody else was refused.
  it('of the name that asks most often at an address give way first', async () => {
    const ann = await open('203.0.113.7', { as: 'ann' });
    for (let count = 0; count < 20; count += 1) await open('203.0.113.7', { as: 'neighbour' });
    expect(await stateOf(ann)).toBe('pending');
  });

  it('of strangers give way to a user who was let in there before', async () => {
    await letIn(loginOrigin({ requestedUser: 'ann' }));
    const ann = await open('203.0.113.7', { as: 'ann' });
    for (let count = 0; count < 20; count += 1) await open('203.0.113.7', { as: `name-${count}` });
    expect(await stateOf(ann)).toBe('pending');
    const again = await open('203.0.113.7', { as: 'ann' });
    expect([await stateOf(ann), await stateOf(again)]).toEqual(['pending', 'pending']);
  });

  // One name that was let in once filled the address, and a neighbour's link gave way to the next.
  it.each([
    ['a name that was let in there', ['alexlopez']],
    ['many names that were let in there', ['n-0', 'n-1', 'n-2', 'n-3', 'n-4', 'n-5', 'n-6']],
  ])('of somebody who asks once outlast a crowd of %s', async (_of, names) => {
    await using wide = startLoginNode(server.url, {
      limits: { ...LIMITS, waitingPerAddress: 30, waitingInTotal: 100 },
    });
    for (const name of names) await letIn(loginOrigin({ requestedUser: name }));
    const crowd = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        await open('203.0.113.7', { by: wide, as: names[index % names.length] ?? '' });
      }
    };
    const known = await open('203.0.113.7', { by: wide, as: names[0] ?? '' });
    await crowd(30);
    const bob = await open('203.0.113.7', { by: wide, as: 'bob' });
    await crowd(60);
    expect([await stateOf(known), await stateOf(bob)]).toEqual(['pending', 'pending']);
  });

  it('that a person has opened keep their place', async () => {
    const { request } = await openClaimed(node.requests);
    for (let count = 0; count < 20; count += 1) await open('203.0.113.7');
    expect(await stateOf(request)).toBe('claimed');
    expect((await node.requests.countWaiting('203.0.113.7')).ofAddress).toBe(3);
  });

  it('that one person opens beyond the limit close that person’s oldest', async () => {
    const userId = newUserId();
    const opened: LoginRequest[] = [];
    for (let count = 0; count < 4; count += 1) {
      const request = await open(`203.0.113.${count}`);
      await node.requests.claim(request.id, { userId, browserAddress: '203.0.113.7' });
      opened.push(request);
    }
    expect(await Promise.all(opened.map(stateOf))).toEqual(['too_many_opened', 'claimed', 'claimed', 'claimed']);
  });

  it('are as many as the installation allows, ten times the limit in shared networks', async () => {
    const opened: LoginRequest[] = [];
    for (let host = 0; host < 9; host += 1) opened.push(await open(`192.0.2.${host % 2}`));
    const states = await Promise.all(opened.map(stateOf));
    expect(states.filter((state) => state === 'too_many_waiting')).toHaveLength(1);
    expect((await node.requests.countWaiting('198.51.100.1')).inTotal).toBe(8);
  });

  // Fifty addresses of one network used up the installation.
  it('of one /16 have half of the places, and never those of others', async () => {
    const before = await open('203.0.113.7');
    const opened: LoginRequest[] = [];
    for (let host = 0; host < 20; host += 1) opened.push(await open(`198.51.${host}.7`));
    const states = await Promise.all(opened.map(stateOf));
    expect(states.filter((state) => state === 'pending')).toHaveLength(4);
    expect(states).toContain('too_many_waiting_of_network');
    expect([await stateOf(before), await stateOf(await open('203.0.113.8'))]).toEqual(['pending', 'pending']);
  });

  // An honest tenant in the attacker's own /16 was refused with it.
  it('of the /24 that asks most often give way within their /16', async () => {
    const honest = await open('198.51.7.7', { as: 'ann' });
    for (let host = 0; host < 20; host += 1) await open(`198.51.100.${host}`, { as: `name-${host}` });
    expect(await stateOf(honest)).toBe('pending');
  });

  it.each(['approve', 'deny', 'abandon'] as const)('do not count once a person opened them: %s', async (move) => {
    await open('203.0.113.7');
    await open('203.0.113.7');
    const { request, userId } = await openClaimed(node.requests);
    if (move === 'approve') await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    if (move === 'deny') await node.requests.deny(request.id, { userId });
    if (move === 'abandon') await node.requests.abandon(request.id, 'hung up');
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 2, inTotal: 2 });
    expect(await node.redis.keys('postern:opened-of:*')).toEqual([]);
  });

  it('hold no place once their terminal has detached', async () => {
    // A pool of a driver that shows no NOTICE asked again and again, and no psql of that machine
    // got a link for two minutes.
    const { id } = await open('203.0.113.7');
    await open('203.0.113.7');
    await open('203.0.113.7');
    await node.requests.detachConnection(id);
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 2, inTotal: 2 });
    expect((await node.requests.listWaitingOfTerminal(loginOrigin())).map((request) => request.id)).toContain(id);
  });

  // A flood of links that nobody opened stood in Redis for three minutes and a half.
  it.each([
    ['are kept for their person', KEPT_MS, 600_000],
    ['out of a flood are kept for a moment', BRIEFLY_KEPT_MS, 0],
  ])('that end unopened %s', async (_how, keepMs, leastMs) => {
    const open = () => node.requests.open(loginOrigin(), { waiting: 'connection', keepMs });
    const lifeOf = ({ request: { id } }: Awaited<ReturnType<typeof open>>) =>
      node.redis.pttl(redisKeys.loginRequest(id));
    const [hungUp, crowdedOut, opened] = [await open(), await open(), await open()];
    await node.requests.claim(opened.request.id, { userId: newUserId(), browserAddress: '203.0.113.7' });
    await node.requests.abandon(hungUp.request.id, 'hung up');
    for (let count = 0; count < 3; count += 1) await open();
    for (const ended of [hungUp, crowdedOut]) {
      expect((await node.requests.find(ended.request.id))?.status).toBe('abandoned');
      expect(await lifeOf(ended)).toBeGreaterThan(leastMs);
      if (leastMs === 0) expect(await lifeOf(ended)).toBeLessThanOrEqual(15_000);
    }
    expect(await lifeOf(opened)).toBeGreaterThan(90_000);
  });

  it('free their slot on expiry, beside others that still wait', async () => {
    for (let count = 0; count < 2; count += 1) await open('203.0.113.7', { by: hasty });
    await open('203.0.113.7');
    await waitUntil(
      async () => (await node.requests.countWaiting('203.0.113.7')).ofAddress === 1,
      'two of three login requests expire',
    );
    const opened = [await open('203.0.113.7'), await open('203.0.113.7'), await open('203.0.113.7')];
    expect(await Promise.all(opened.map(stateOf))).toEqual(['pending', 'pending', 'pending']);
  });

  it('stop counting on expiry without their node, and leave no index behind', async () => {
    for (let count = 0; count < 3; count += 1) await open('203.0.113.7', { by: hasty });
    await waitUntil(
      async () => (await node.requests.countWaiting('203.0.113.7')).inTotal === 0,
      'expired login requests stop counting',
    );
    await waitUntil(async () => (await node.redis.keys('postern:waiting*')).length === 0, 'the indexes expire');
  });
});
