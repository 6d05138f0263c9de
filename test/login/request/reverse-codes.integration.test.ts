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

  async function begin(origin = loginOrigin()): Promise<{ id: LoginRequestId; userId: UserId; digits: string }> {
    const { request, userId } = await openClaimed(node.requests, origin);
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
    expect(value).toMatchObject({ status: 'claimed', waiting: 'none', stepUp: { kind: 'reverse_code', triesLeft: 3 } });
    expect(await node.requests.abandon(request.id, 'hung up')).toMatchObject({ kind: 'refused' });
    await watch.return();
  });

  it('approve and consume in one move when typed, also in groups', async () => {
    const { id, userId, digits } = await begin();
    const check = await codes.check(here, `${digits.slice(0, 3)} ${digits.slice(3)}`);
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

  it('deny the request at the third wrong answer', async () => {
    const { id, digits } = await begin();
    expect(await codes.check(here, wrongFor(digits))).toEqual({ kind: 'wrong', triesLeft: 2 });
    expect(await codes.check(here, wrongFor(digits))).toEqual({ kind: 'wrong', triesLeft: 1 });
    expect(await codes.check(here, wrongFor(digits))).toMatchObject({
      kind: 'denied',
      request: { status: 'denied', reason: 'wrong_code' },
    });
    expect(await codes.check(here, digits)).toEqual({ kind: 'none_open' });
    expect((await node.requests.find(id))?.status).toBe('denied');
  });

  it('count no try for an answer that is not six digits', async () => {
    const { digits } = await begin();
    for (const saved of ['', 'hunter2', '12345', '1234567', '１２３４５６', digits.repeat(2_000), `x${digits}`]) {
      expect(await codes.check(here, saved)).toEqual({ kind: 'not_a_code' });
    }
    expect(await codes.check(here, wrongFor(digits))).toEqual({ kind: 'wrong', triesLeft: 2 });
    expect(await codes.check(here, digits)).toMatchObject({ kind: 'consumed' });
  });

  it('cannot be guessed in parallel: only three of 1,000 guesses are compared', async () => {
    const { id, digits } = await begin();
    const guesses = Array.from({ length: 1_000 }, () => codes.check(here, wrongFor(digits)));
    const kinds = (await Promise.all(guesses)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'wrong')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'denied')).toHaveLength(1);
    expect((await node.requests.find(id))?.status).toBe('denied');
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

  it('are limited to five open ones for an address and requested user', async () => {
    for (let count = 0; count < 5; count += 1) await begin();
    await expect(begin()).rejects.toSatisfy((error) => isPosternError(error, 'too_many_requests'));
    await begin(loginOrigin({ requestedUser: 'bob' }));
  });

  it('can be replaced by another code, without restoring attempts', async () => {
    const { id, userId, digits } = await begin();
    await codes.check(here, wrongFor(digits));
    const again = await codes.begin(id, approvalBy(userId));
    expect(again).toMatchObject({ kind: 'begun', request: { stepUp: { triesLeft: 2 } } });
    if (again.kind !== 'begun') throw new Error('the second code was not begun');
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
    expect(await strangers.check(here, digits)).toEqual({ kind: 'wrong', triesLeft: 2 });
  });
});

function wrongFor(digits: string): string {
  return digits === '000000' ? '000001' : '000000';
}
