import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LoginRequestId, newLoginRequestId, newUserId, type UserId } from '../../../src/ids.ts';
import type { MoveOutcome } from '../../../src/login/request/login-request.ts';
import {
  LOGIN_MOVES,
  LOGIN_STATUSES,
  type LoginMove,
  type LoginStatus,
} from '../../../src/login/terms/login-status.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  requestMoved,
  startLoginNode,
  submissionBy,
} from '../../support/nodes/login-for-tests.ts';
import { MOVES_BY_HAND } from '../terms/moves-by-hand.ts';

const browser = { userId: newUserId(), browserAddress: '198.51.100.4' };

describe.each(redisKinds)('login requests on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url);
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  it('start pending, with everything known of the terminal, its address normalised', async () => {
    const origin = loginOrigin({ address: '::ffff:203.0.113.7', application: 'we"ird\u0000\ud800 名', tls: null });
    const { request } = await node.requests.open(origin, { waiting: 'connection' });
    expect(request).toMatchObject({
      status: 'pending',
      waiting: 'connection',
      claim: null,
      approval: null,
      stepUp: null,
    });
    expect(request.origin).toEqual({ ...origin, address: '203.0.113.7' });
    expect(request.expiresAt.getTime() - request.createdAt.getTime()).toBe(120_000);
    expect(await node.requests.find(request.id)).toEqual(request);
  });

  it('are found by their token, and by nothing else', async () => {
    const { request, token } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    expect(token.reveal()).toMatch(/^[\w-]{22}$/);
    expect((await node.requests.findByToken(token.reveal()))?.id).toBe(request.id);
    const wrong = ['', 'x', 'A'.repeat(22), 'A'.repeat(100_000), `${token.reveal()}=`, request.id, '*'];
    for (const text of wrong) expect(await node.requests.findByToken(text)).toBeNull();
  });

  it('leave no token in Redis', async () => {
    const { request, token } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    await node.requests.claim(request.id, browser);
    const dump = await everythingIn(node);
    expect(dump).toContain(request.id);
    expect(dump).not.toContain(token.reveal());
  });

  it.each(cells())('move from %s by %s to %s', async (status, move, expected) => {
    const { id, userId } = await requestIn(node, status, move);
    const outcome = await make(node, move, { id, userId });
    expect(outcome.kind).toBe(expected === null ? 'refused' : 'moved');
    expect(outcome.request?.status).toBe(expected ?? status);
    expect((await node.requests.find(id))?.status).toBe(expected ?? status);
  });

  it.each(['claim', 'approve', 'deny', 'report', 'abandon', 'expire', 'consume'] as const)(
    'refuse to %s an unknown request, and write nothing',
    async (move) => {
      const outcome = await make(node, move, { id: newLoginRequestId(), userId: newUserId() });
      expect(outcome).toEqual({ kind: 'refused', request: null });
      expect(await node.redis.keys('*')).toEqual([]);
    },
  );

  it('belong to the first person who claims them, and tell the second who that is', async () => {
    const { request, userId } = await openClaimed(node.requests);
    const second = await node.requests.claim(request.id, browser);
    expect(second.kind).toBe('refused');
    expect(second.request?.claim?.userId).toBe(userId);
  });

  it.each(['approve', 'deny', 'report'] as const)('let only their claimer %s', async (move) => {
    const { request } = await openClaimed(node.requests);
    const outcome = await make(node, move, { id: request.id, userId: newUserId() });
    expect(outcome).toMatchObject({ kind: 'refused', request: { status: 'claimed' } });
  });

  it('store what was approved, and why they were denied or abandoned', async () => {
    const approved = await openClaimed(node.requests);
    const approval = approvalBy(approved.userId);
    const outcome = await node.requests.approve(approved.request.id, { userId: approved.userId, approval });
    expect(requestMoved(outcome).approval).toEqual(approval);
    const reasons = await Promise.all(
      (['deny', 'report', 'abandon'] as const).map(async (move) => {
        const { request, userId } = await openClaimed(node.requests);
        return requestMoved(await make(node, move, { id: request.id, userId })).reason;
      }),
    );
    expect(reasons).toEqual(['denied', 'reported', 'hung up']);
  });

  it('are approved and consumed in one move when no connection waits', async () => {
    const { request, userId } = await openClaimed(node.requests);
    expect(requestMoved(await node.requests.detachConnection(request.id)).waiting).toBe('none');
    const outcome = await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    expect(requestMoved(outcome).status).toBe('consumed');
    expect(await node.requests.consume(request.id)).toMatchObject({ kind: 'refused', request: { status: 'consumed' } });
  });

  it('are not abandoned once their connection has detached', async () => {
    const { request } = await openClaimed(node.requests);
    await node.requests.detachConnection(request.id);
    expect(await node.requests.abandon(request.id, 'hung up')).toMatchObject({
      kind: 'refused',
      request: { status: 'claimed' },
    });
  });

  it.each(['approved', 'consumed', 'denied', 'expired', 'abandoned'] as const)(
    'keep their connection when they are %s already',
    async (status) => {
      const { id } = await requestIn(node, status, 'consume');
      expect(await node.requests.detachConnection(id)).toMatchObject({ kind: 'refused', request: { status } });
    },
  );

  it('expire when they would have without a decision, stored ten minutes longer', async () => {
    const { request, token } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    const key = redisKeys.loginRequest(request.id);
    const lifeMs = 120_000 + 60_000 + 600_000;
    await node.redis.pexpire(key, 700_000);
    await node.requests.claim(request.id, browser);
    await node.requests.approve(request.id, { userId: browser.userId, approval: approvalBy(browser.userId) });
    await node.requests.consume(request.id);
    await node.requests.setProgress(request.id, { kind: 'connecting' });
    const leftMs = await node.redis.pttl(key);
    expect(leftMs).toBeGreaterThan(600_000);
    expect(leftMs).toBeLessThanOrEqual(700_000);
    expect((await node.requests.findByToken(token.reveal()))?.status).toBe('consumed');
    const { request: fresh } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    expect(await node.redis.pttl(redisKeys.loginRequest(fresh.id))).toBeGreaterThan(lifeMs - 30_000);
  });

  it('do not expire after approval', async () => {
    const { request, userId } = await openClaimed(node.requests);
    await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    await moveIntoThePast(node, request.id, ['expires_at', 200_000]);
    expect(requestMoved(await node.requests.consume(request.id)).status).toBe('consumed');
  });

  it('are abandoned when nobody consumes the approval within a minute', async () => {
    const { request, userId } = await openClaimed(node.requests);
    await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    await moveIntoThePast(node, request.id, ['approved_at', 60_000]);
    const late = await node.requests.consume(request.id);
    expect(late).toMatchObject({ kind: 'refused', request: { status: 'abandoned', reason: 'node_gone' } });
  });

  it('show the progress of their connection, and are not recreated by it', async () => {
    const { request } = await openClaimed(node.requests);
    await node.requests.setProgress(request.id, { kind: 'failed', code: '08001', message: 'no route' });
    expect((await node.requests.find(request.id))?.progress).toEqual({
      kind: 'failed',
      code: '08001',
      message: 'no route',
    });
    await node.redis.del(redisKeys.loginRequest(request.id));
    await node.requests.setProgress(request.id, { kind: 'ended' });
    expect(await node.redis.exists(redisKeys.loginRequest(request.id))).toBe(0);
  });

  it('are denied by the fifth wrong user code of their claimer', async () => {
    const { request, userId } = await openClaimed(node.requests);
    await node.requests.countWrongUserCode(request.id, { userId: newUserId() });
    for (let wrong = 1; wrong <= 4; wrong += 1) {
      expect(await node.requests.countWrongUserCode(request.id, { userId })).toMatchObject({
        kind: 'refused',
        request: { status: 'claimed' },
      });
    }
    const fifth = await node.requests.countWrongUserCode(request.id, { userId });
    expect(requestMoved(fifth)).toMatchObject({ status: 'denied', reason: 'wrong_user_code' });
  });

  it('are listed by terminal while they wait, oldest first', async () => {
    const open = async (changes = {}) =>
      (await node.requests.open(loginOrigin(changes), { waiting: 'connection' })).request;
    const ours = [await open(), await open(), await open({ port: 50_999, requestedDatabase: 'shop' })];
    await open({ application: 'pg_dump' });
    await open({ requestedUser: 'bob' });
    await open({ address: '203.0.113.8' });
    const ended = await open();
    await node.requests.abandon(ended.id, 'hung up');
    const listed = await node.requests.listWaitingOfTerminal(loginOrigin());
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(ours.map(({ id }) => id)));
    expect(listed.map(({ createdAt }) => createdAt)).toEqual(
      listed.map(({ createdAt }) => createdAt).sort((a, b) => +a - +b),
    );
  });

  it('refuse a record that is not in their own form', async () => {
    const { request } = await openClaimed(node.requests);
    await node.redis.hset(redisKeys.loginRequest(request.id), 'origin', '{"address":1}');
    await expect(node.requests.find(request.id)).rejects.toThrow();
  });
});

/** `give_way` is made by others that wait: see waiting-logins.integration.test.ts. */
type MoveMadeHere = Exclude<LoginMove, 'give_way'>;
const isMadeHere = (move: LoginMove): move is MoveMadeHere => move !== 'give_way';

function cells(): Array<[LoginStatus, MoveMadeHere, LoginStatus | null]> {
  return LOGIN_STATUSES.flatMap((status) =>
    LOGIN_MOVES.filter(isMadeHere).map((move): [LoginStatus, MoveMadeHere, LoginStatus | null] => [
      status,
      move,
      MOVES_BY_HAND[status][move],
    ]),
  );
}

/**
 * A request brought into the status by moves of its own; for the detached approval, without its
 * connection where that can be.
 */
async function requestIn(
  node: LoginNode,
  status: LoginStatus,
  nextMove: MoveMadeHere,
): Promise<{ id: LoginRequestId; userId: UserId }> {
  const { request } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
  const at = { id: request.id, userId: newUserId() };
  const path: Record<LoginStatus, readonly MoveMadeHere[]> = {
    pending: [],
    claimed: ['claim'],
    submitted: ['claim', 'submit'],
    approved: ['claim', 'approve'],
    consumed: ['claim', 'approve', 'consume'],
    denied: ['claim', 'deny'],
    expired: ['expire'],
    abandoned: ['abandon'],
  };
  for (const move of path[status]) requestMoved(await make(node, move, at));
  if (nextMove === 'approve_detached' || nextMove === 'countersign_detached')
    await node.requests.detachConnection(at.id);
  return at;
}

async function make(
  node: LoginNode,
  move: MoveMadeHere,
  { id, userId }: { id: LoginRequestId; userId: UserId },
): Promise<MoveOutcome> {
  switch (move) {
    case 'claim':
      return await node.requests.claim(id, { userId, browserAddress: '198.51.100.4' });
    case 'approve':
    case 'approve_detached':
      return await node.requests.approve(id, { userId, approval: approvalBy(userId) });
    case 'submit':
      return await node.requests.submitted.submit(id, { userId, submission: submissionBy(userId), lifeMs: 900_000 });
    case 'countersign':
    case 'countersign_detached':
      return await node.requests.submitted.countersign(id, submissionBy(userId));
    case 'withdraw':
      return await node.requests.submitted.withdraw(id);
    case 'deny':
      return await node.requests.deny(id, { userId });
    case 'report':
      return await node.requests.deny(id, { userId, reason: 'reported' });
    case 'abandon':
      return await node.requests.abandon(id, 'hung up');
    case 'consume':
      return await node.requests.consume(id);
    case 'undo':
      return await node.requests.grace.undo(id, { userId });
    case 'expire':
      await moveIntoThePast(node, id, ['expires_at', 1_000_000]);
      return await node.requests.expire(id);
  }
}

async function moveIntoThePast(
  node: LoginNode,
  id: LoginRequestId,
  [field, byMs]: readonly [field: string, byMs: number],
): Promise<void> {
  const key = redisKeys.loginRequest(id);
  if ((await node.redis.hexists(key, field)) === 1) await node.redis.hincrby(key, field, -byMs);
}

/** Every key with its value, as text. */
async function everythingIn({ redis }: LoginNode): Promise<string> {
  const keys = await redis.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      if (type === 'hash') return await redis.hgetall(key);
      if (type === 'zset') return await redis.zrange(key, 0, -1);
      return await redis.get(key);
    }),
  );
  return JSON.stringify([keys, values]);
}
