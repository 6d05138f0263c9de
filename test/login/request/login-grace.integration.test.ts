import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoginRequestId, newUserId } from '../../../src/ids.ts';
import { MORE_TIME_MS, MOST_EXTENSIONS } from '../../../src/login/request/login-grace.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  openClaimed,
  requestMoved,
  startLoginNode,
} from '../../support/nodes/login-for-tests.ts';

describe.each(redisKinds)('on $name', ({ start }) => {
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

  it('more time is added to the end, so often and no more, and the record lives longer', async () => {
    const { request, userId } = await openClaimed(node.requests);
    const livesMs = async () => await node.redis.pttl(redisKeys.loginRequest(request.id));
    const before = await livesMs();
    for (let times = 1; times <= MOST_EXTENSIONS; times += 1) {
      const { expiresAt, extensionCount } = requestMoved(await node.requests.grace.extend(request.id, { userId }));
      expect(extensionCount).toBe(times);
      expect(expiresAt.getTime() - request.expiresAt.getTime()).toBe(times * MORE_TIME_MS);
    }
    expect(await livesMs()).toBeGreaterThan(before + MORE_TIME_MS);
    expect((await node.requests.grace.extend(request.id, { userId })).kind).toBe('refused');
  });

  it('more time is refused to others, once decided, and with an open reverse code', async () => {
    const { request, userId } = await openClaimed(node.requests);
    const { grace } = node.requests;
    expect((await grace.extend(request.id, { userId: newUserId() })).kind).toBe('refused');
    await node.redis.hset(redisKeys.loginRequest(request.id), 'code_digest', 'x');
    expect((await grace.extend(request.id, { userId })).kind).toBe('refused');
    const other = await openClaimed(node.requests);
    await node.requests.approve(other.request.id, { userId: other.userId, approval: approvalBy(other.userId) });
    expect((await grace.extend(other.request.id, { userId: other.userId })).kind).toBe('refused');
  });

  it('a denial is taken back within its time by its person, who can then approve', async () => {
    const { request, userId } = await openClaimed(node.requests);
    expect(requestMoved(await node.requests.deny(request.id, { userId })).undoUntil).not.toBe(null);
    expect((await node.requests.grace.undo(request.id, { userId: newUserId() })).kind).toBe('refused');
    const undone = requestMoved(await node.requests.grace.undo(request.id, { userId }));
    expect(undone).toMatchObject({ status: 'claimed', reason: null, undoUntil: null });
    // Signing out everywhere must find it again.
    expect(await node.requests.idsOpenedBy(userId)).toContain(request.id);
    const approval = approvalBy(userId);
    expect((await node.requests.approve(request.id, { userId, approval })).kind).toBe('moved');
  });

  it('a denial is final when its time is over, and for the one who hung up', async () => {
    const late = await openClaimed(node.requests);
    await node.requests.deny(late.request.id, { userId: late.userId });
    await beLate(late.request.id);
    expect((await node.requests.grace.undo(late.request.id, { userId: late.userId })).kind).toBe('refused');
    expect(await node.requests.find(late.request.id)).toMatchObject({ status: 'denied', undoUntil: null });
    const gone = await openClaimed(node.requests);
    await node.requests.deny(gone.request.id, { userId: gone.userId });
    expect(requestMoved(await node.requests.grace.finishDenial(gone.request.id)).undoUntil).toBe(null);
    expect((await node.requests.grace.undo(gone.request.id, { userId: gone.userId })).kind).toBe('refused');
  });

  it('a report taken back opens nothing', async () => {
    const { request, userId } = await openClaimed(node.requests);
    await node.requests.deny(request.id, { userId, reason: 'reported' });
    const undone = requestMoved(await node.requests.grace.undo(request.id, { userId }));
    expect(undone).toMatchObject({ status: 'denied', reason: 'report_undone', undoUntil: null });
  });

  it('a denial by signing out everywhere cannot be taken back', async () => {
    const { request, userId } = await openClaimed(node.requests);
    expect(requestMoved(await node.requests.deny(request.id, { userId, reason: 'signed_out' })).undoUntil).toBe(null);
  });

  it('a watch goes on while a denial can be taken back, and ends with it', async () => {
    const { request, userId } = await openClaimed(node.requests);
    await node.requests.deny(request.id, { userId });
    const seen: boolean[] = [];
    for await (const now of node.requests.watch(request.id, new AbortController().signal)) {
      seen.push(now.undoUntil !== null);
      if (seen.length === 1) await node.requests.grace.finishDenial(request.id);
    }
    expect(seen).toEqual([true, false]);
  });

  async function beLate(id: LoginRequestId): Promise<void> {
    await node.redis.hincrby(redisKeys.loginRequest(id), 'undo_until', -60_000);
  }
});
