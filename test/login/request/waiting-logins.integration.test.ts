import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPosternError } from '../../../src/errors.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
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

  const open = (address: string, by = node) =>
    by.requests.open(loginOrigin({ address }), { waiting: 'connection' }).then(({ request }) => request);
  const tryToOpen = (address: string) =>
    open(address).then(
      () => 'opened',
      (error: unknown) => {
        if (isPosternError(error, 'too_many_requests')) return 'too many';
        return isPosternError(error, 'overloaded') ? 'overloaded' : error;
      },
    );

  it('are limited per address under concurrency, and a refused one is not counted', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => tryToOpen('203.0.113.7')));
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'too many')).toHaveLength(47);
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 3, inTotal: 3 });
    expect(await tryToOpen('203.0.113.8')).toBe('opened');
  });

  it('are limited per IPv6 /64', async () => {
    for (const end of ['1', '2', '3:4:5']) await open(`2001:db8:1:2::${end}`);
    expect(await tryToOpen('2001:db8:1:2:ffff::')).toBe('too many');
    expect(await tryToOpen('2001:db8:1:3::1')).toBe('opened');
  });

  it('are limited in the installation, with ten times the limit for shared networks', async () => {
    const answers = await Promise.all(Array.from({ length: 9 }, (_, index) => tryToOpen(`192.0.2.${index % 2}`)));
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(8);
    // The ninth is told that the gateway is full, not that its own address has asked too often.
    expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(1);
    expect((await node.requests.countWaiting('198.51.100.1')).inTotal).toBe(8);
  });

  // Fifty addresses of one network used up the installation.
  it('of one /16 leave half of the places to everybody else', async () => {
    const answers: unknown[] = [];
    for (let host = 0; host < 8; host++) answers.push(await tryToOpen(`198.51.${host}.7`));
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(4);
    expect(await tryToOpen('203.0.113.7')).toBe('opened');
  });

  it.each(['approve', 'deny', 'abandon'] as const)('free their slot at once when %s', async (move) => {
    await open('203.0.113.7');
    await open('203.0.113.7');
    const { request, userId } = await openClaimed(node.requests);
    expect(await tryToOpen('203.0.113.7')).toBe('too many');
    if (move === 'approve') await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    if (move === 'deny') await node.requests.deny(request.id, { userId });
    if (move === 'abandon') await node.requests.abandon(request.id, 'hung up');
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 2, inTotal: 2 });
    expect(await tryToOpen('203.0.113.7')).toBe('opened');
  });

  it('free the slot of their address when their terminal detaches', async () => {
    // A pool of a driver that shows no NOTICE asked again and again, and no psql of that machine
    // got a link for two minutes.
    const { id } = await open('203.0.113.7');
    await open('203.0.113.7');
    await open('203.0.113.7');
    await node.requests.detachConnection(id);
    expect(await node.requests.countWaiting('203.0.113.7')).toEqual({ ofAddress: 2, inTotal: 3 });
    expect(await tryToOpen('203.0.113.7')).toBe('opened');
    expect((await node.requests.listWaitingOfTerminal(loginOrigin())).map((request) => request.id)).toContain(id);
  });

  it('free their slot on expiry, beside others that still wait', async () => {
    for (let count = 0; count < 2; count += 1) await open('203.0.113.7', hasty);
    await open('203.0.113.7');
    await waitUntil(
      async () => (await node.requests.countWaiting('203.0.113.7')).ofAddress === 1,
      'two of three login requests expire',
    );
    expect([await tryToOpen('203.0.113.7'), await tryToOpen('203.0.113.7')]).toEqual(['opened', 'opened']);
    expect(await tryToOpen('203.0.113.7')).toBe('too many');
  });

  it('stop counting on expiry without their node, and leave no index behind', async () => {
    for (let count = 0; count < 3; count += 1) await open('203.0.113.7', hasty);
    await waitUntil(
      async () => (await node.requests.countWaiting('203.0.113.7')).inTotal === 0,
      'expired login requests stop counting',
    );
    await waitUntil(async () => (await node.redis.keys('postern:waiting*')).length === 0, 'the indexes expire');
    expect(await tryToOpen('203.0.113.7')).toBe('opened');
  });
});
