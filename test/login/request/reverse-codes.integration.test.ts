import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPosternError } from '../../../src/errors.ts';
import { type LoginRequestId, newUserId, type UserId } from '../../../src/ids.ts';
import { ReverseCodes } from '../../../src/login/request/reverse-codes.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { Secret } from '../../../src/secret.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  startLoginNode,
  wrongFor,
} from '../../support/nodes/login-for-tests.ts';

const here = { address: '203.0.113.7', requestedUser: 'alice' };

describe.each(redisKinds)('reverse codes on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;
  let codes: ReverseCodes;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url);
    codes = new ReverseCodes({ redis: node.redis, secret: new Secret('a secret of the installation') });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  async function begin(
    origin = loginOrigin(),
    by = newUserId(),
  ): Promise<{ id: LoginRequestId; userId: UserId; digits: string }> {
    const { request, userId } = await openClaimed(node.requests, origin, by);
    const begun = await codes.begin(request.id, approvalBy(userId));
    if (begun.kind !== 'begun') throw new Error('the code was not begun');
    return { id: request.id, userId, digits: begun.digits.reveal() };
  }

  it('are six digits, shown once and found nowhere in Redis', async () => {
    const { id, digits } = await begin();
    expect(digits).toMatch(/^\d{6}$/);
    const hash = await node.redis.hgetall(redisKeys.loginRequest(id));
    expect(
      Object.entries(hash).filter(([field]) => field.startsWith('code_') && hash[field]?.includes(digits)),
    ).toEqual([]);
  });

  it('keep the request open without its connection, which learns why', async () => {
    const { request, userId } = await openClaimed(node.requests);
    const watch = node.requests.watch(request.id, new AbortController().signal);
    await watch.next();
    await codes.begin(request.id, approvalBy(userId));
    const { value } = await watch.next();
    expect(value).toMatchObject({ status: 'claimed', waiting: 'none', stepUp: 'reverse_code' });
    expect(await node.requests.abandon(request.id, 'hung up')).toMatchObject({ kind: 'refused' });
    await watch.return();
  });

  it('approve and consume in one move when typed, also in groups', async () => {
    const { id, userId, digits } = await begin();
    const check = await codes.check(here, digits.replace(/\d{3}/g, '$& '));
    expect(check).toMatchObject({
      kind: 'consumed',
      request: { id, status: 'consumed', approval: { userId }, stepUp: null },
    });
    expect(await codes.check(here, digits)).toEqual({ kind: 'none_open' });
  });

  it('are accepted only at the same address from the same requested user', async () => {
    const { id, digits } = await begin();
    expect((await codes.findOpen({ ...here, address: '::ffff:203.0.113.7' })).map((request) => request.id)).toEqual([
      id,
    ]);
    for (const other of [
      { ...here, address: '203.0.113.8' },
      { ...here, requestedUser: 'bob' },
    ]) {
      expect(await codes.findOpen(other)).toEqual([]);
      expect(await codes.check(other, digits)).toEqual({ kind: 'none_open' });
    }
  });

  it('are denied by the third wrong answer, and by no fewer', async () => {
    const { id, digits } = await begin();
    for (const time of [1, 2]) expect(await codes.check(here, wrongFor(digits, time))).toEqual({ kind: 'wrong' });
    expect(await codes.check(here, wrongFor(digits, 3))).toMatchObject({ kind: 'burned', requests: [{ id }] });
    expect(await codes.check(here, digits)).toEqual({ kind: 'none_open' });
    expect(await node.requests.find(id)).toMatchObject({ status: 'denied', reason: 'wrong_reverse_code' });
    const still = await begin(loginOrigin({ requestedUser: 'bob' }));
    expect(still.digits).toMatch(/^\d{6}$/);
  });

  it('are compared with three of a hundred answers that come at once', async () => {
    const { digits } = await begin();
    const guesses = Array.from({ length: 100 }, (_, time) => codes.check(here, wrongFor(digits, time + 1)));
    const kinds = (await Promise.all(guesses)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'wrong')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'burned')).toHaveLength(1);
  });

  // Anybody at the address could deny a login with three wrong answers, again and again.
  it('have twelve digits and no tries for an hour after one was burned there', async () => {
    const burned = await begin();
    for (const time of [1, 2, 3]) await codes.check(here, wrongFor(burned.digits, time));
    const { id, digits } = await begin();
    expect(digits).toMatch(/^\d{12}$/);
    const guesses = Array.from({ length: 100 }, (_, time) => codes.check(here, wrongFor(digits, time + 1)));
    expect(new Set((await Promise.all(guesses)).map(({ kind }) => kind))).toEqual(new Set(['wrong']));
    expect(await codes.check(here, digits.slice(0, 6))).toEqual({ kind: 'not_a_code' });
    expect(await codes.check(here, digits.replace(/\d{4}/g, '$& '))).toMatchObject({
      kind: 'consumed',
      request: { id },
    });
    const [key = ''] = await node.redis.keys('*burned-codes*');
    expect(await node.redis.pttl(key)).toBeGreaterThan(3_500_000);
    await node.redis.del(key);
    expect((await begin()).digits).toMatch(/^\d{6}$/);
  });

  it('cost no try by an answer that is not digits of their length', async () => {
    const { digits } = await begin();
    const long = digits.repeat(2);
    for (const saved of ['', 'hunter2', '12345', `${digits}1`, long, '１'.repeat(6), long.repeat(999), `x${digits}`]) {
      expect(await codes.check(here, saved)).toEqual({ kind: 'not_a_code' });
    }
    for (const time of [1, 2]) await codes.check(here, wrongFor(digits, time));
    expect(await codes.check(here, digits)).toMatchObject({ kind: 'consumed' });
  });

  // A saved password of six digits, sent with each connection of a pool, denied the login.
  it('cost one try by the same wrong digits, however often they come', async () => {
    const { digits } = await begin();
    const same = Array.from({ length: 20 }, () => codes.check(here, wrongFor(digits)));
    expect(new Set((await Promise.all(same)).map(({ kind }) => kind))).toEqual(new Set(['wrong']));
    expect(await codes.check(here, wrongFor(digits, 2))).toEqual({ kind: 'wrong' });
    expect(await codes.check(here, wrongFor(digits))).toEqual({ kind: 'wrong' });
    expect(await codes.check(here, wrongFor(digits, 3))).toMatchObject({ kind: 'burned' });
  });

  it('cost no try by the right digits of somebody else there', async () => {
    const first = await begin();
    for (let count = 0; count < 4; count += 1) {
      const other = await begin();
      expect(await codes.check(here, other.digits)).toMatchObject({ kind: 'consumed', request: { id: other.id } });
    }
    const last = await begin();
    expect(await codes.check(here, first.digits)).toMatchObject({ kind: 'consumed', request: { id: first.id } });
    for (const time of [1, 2]) expect(await codes.check(here, wrongFor(last.digits, time))).toEqual({ kind: 'wrong' });
    expect(await codes.check(here, last.digits)).toMatchObject({ kind: 'consumed' });
  });

  it('admit one of 20 connections that send the right digits at once', async () => {
    const { digits } = await begin();
    const checks = await Promise.all(Array.from({ length: 20 }, () => codes.check(here, digits)));
    expect(checks.filter(({ kind }) => kind === 'consumed')).toHaveLength(1);
  });

  it('are separate for several people at one address with one requested user', async () => {
    const first = await begin();
    const second = await begin();
    expect(await codes.check(here, first.digits)).toMatchObject({ kind: 'consumed', request: { id: first.id } });
    expect(await codes.check(here, second.digits)).toMatchObject({ kind: 'consumed', request: { id: second.id } });
  });

  it('are limited to five of a person for an address and requested user', async () => {
    const userId = newUserId();
    for (let count = 0; count < 5; count += 1) await begin(loginOrigin(), userId);
    await expect(begin(loginOrigin(), userId)).rejects.toSatisfy((error) => isPosternError(error, 'too_many_requests'));
    await begin(loginOrigin({ requestedUser: 'bob' }), userId);
    const neighbour = await begin();
    expect(await codes.check(here, neighbour.digits)).toMatchObject({ kind: 'consumed' });
  });

  it('can be replaced by another code', async () => {
    const { id, userId, digits } = await begin();
    const again = await codes.begin(id, approvalBy(userId));
    if (again.kind !== 'begun') throw new Error('the second code was not begun');
    expect(await codes.check(here, digits)).toEqual({ kind: 'wrong' });
    expect(await codes.check(here, again.digits.reveal())).toMatchObject({ kind: 'consumed' });
  });

  it('expire with the request after 120 s', async () => {
    const { id, digits } = await begin();
    const request = await node.requests.find(id);
    expect((request?.expiresAt.getTime() ?? 0) - (request?.createdAt.getTime() ?? 0)).toBeGreaterThanOrEqual(120_000);
    await node.redis.hincrby(redisKeys.loginRequest(id), 'expires_at', -130_000);
    expect(await codes.findOpen(here)).toEqual([]);
    expect(await codes.check(here, digits)).toEqual({ kind: 'none_open' });
    expect((await node.requests.find(id))?.status).toBe('expired');
  });

  it('can be opened by the claimer only, on a request that is still open', async () => {
    const { request, userId } = await openClaimed(node.requests);
    expect(await codes.begin(request.id, approvalBy(newUserId()))).toMatchObject({ kind: 'refused' });
    await node.requests.deny(request.id, { userId });
    expect(await codes.begin(request.id, approvalBy(userId))).toMatchObject({
      kind: 'refused',
      request: { status: 'denied' },
    });
    expect(await codes.findOpen(here)).toEqual([]);
  });

  it('cannot be bypassed by a plain approval, and can still be denied', async () => {
    const { id, userId } = await begin();
    expect(await node.requests.approve(id, { userId, approval: approvalBy(userId) })).toMatchObject({
      kind: 'refused',
    });
    expect(await node.requests.listWaitingOfTerminal(loginOrigin())).toEqual([]);
    expect(await node.requests.deny(id, { userId })).toMatchObject({
      kind: 'moved',
      request: { status: 'denied', stepUp: null },
    });
  });

  it('are invalid under another secret', async () => {
    const { digits } = await begin();
    const strangers = new ReverseCodes({ redis: node.redis, secret: new Secret('another') });
    expect(await strangers.check(here, digits)).toEqual({ kind: 'wrong' });
  });
});
