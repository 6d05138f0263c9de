import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPosternError } from '../../../src/errors.ts';
import { type LoginRequestId, newUserId } from '../../../src/ids.ts';
import type { LoginRequest } from '../../../src/login/request/login-request.ts';
import { rereadMs } from '../../../src/login/request/watch-login-request.ts';
import { redisChannels, redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  startLoginNode,
} from '../../support/nodes/login-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const browser = { userId: newUserId(), browserAddress: '198.51.100.4' };

describe('the interval at which a watch reads by itself', () => {
  it.each([
    [1, 3_000],
    [1_500, 3_000],
    [1_501, 4_000],
    [10_000, 20_000],
  ])('for %i watches is %i ms, at most 500 reads per second in total', (watches, expectedMs) => {
    expect(rereadMs(watches)).toBe(expectedMs);
  });
});

describe.each(redisKinds)('watching a login request on $name', ({ start }) => {
  let server: TestRedis;
  let gateway: LoginNode;
  let web: LoginNode;
  let abort: AbortController;

  beforeAll(async () => {
    server = await start();
    gateway = startLoginNode(server.url);
    web = startLoginNode(server.url);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await web[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(() => {
    abort = new AbortController();
  });

  afterEach(() => abort.abort());

  const openPending = async () => (await gateway.requests.open(loginOrigin(), { waiting: 'connection' })).request;

  it('yields the current state, then each change made on another node', async () => {
    const { id } = await openPending();
    const watch = gateway.requests.watch(id, abort.signal);
    expect((await watch.next()).value).toMatchObject({ status: 'pending' });
    await web.requests.claim(id, browser);
    expect((await watch.next()).value).toMatchObject({ status: 'claimed', claim: { userId: browser.userId } });
    await web.requests.approve(id, { userId: browser.userId, approval: approvalBy(browser.userId) });
    expect((await watch.next()).value).toMatchObject({ status: 'approved' });
    await gateway.requests.consume(id);
    expect((await watch.next()).value).toMatchObject({ status: 'consumed' });
  });

  it('notices a decision that was made before the watch began', async () => {
    const { request, userId } = await openClaimed(web.requests);
    await web.requests.deny(request.id, { userId, reason: 'reported' });
    expect(await statusesSeen(gateway, request.id, abort.signal)).toEqual(['denied']);
  });

  it('follows a consumed request to the end of its connection', async () => {
    const { request, userId } = await openClaimed(web.requests);
    await web.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    await gateway.requests.consume(request.id);
    const watch = web.requests.watch(request.id, abort.signal);
    expect((await watch.next()).value).toMatchObject({ progress: { kind: 'waiting' } });
    await gateway.requests.setProgress(request.id, { kind: 'waking' });
    expect((await watch.next()).value).toMatchObject({ progress: { kind: 'waking' } });
    await gateway.requests.setProgress(request.id, { kind: 'ended' });
    expect((await watch.next()).value).toMatchObject({ progress: { kind: 'ended' } });
    expect((await watch.next()).done).toBe(true);
  });

  it('notices expiry without a message', async () => {
    await using hasty = startLoginNode(server.url, { ttlMs: 80 });
    const { request } = await hasty.requests.open(loginOrigin(), { waiting: 'connection' });
    expect((await statusesSeen(gateway, request.id, abort.signal)).at(-1)).toBe('expired');
  });

  it('notices a change whose message was lost', async () => {
    const { id } = await openPending();
    const watch = gateway.requests.watch(id, abort.signal);
    await watch.next();
    await gateway.redis.hset(redisKeys.loginRequest(id), 'reason', 'unheard', 'version', '7');
    expect((await watch.next()).value).toMatchObject({ reason: 'unheard' });
  });

  it('throws store_unavailable when the record is gone', async () => {
    const { id } = await openPending();
    const watch = gateway.requests.watch(id, abort.signal);
    await watch.next();
    await forget(gateway, id);
    await expect(watch.next()).rejects.toSatisfy((error) => isPosternError(error, 'store_unavailable'));
  });

  it('ends normally when a final request is deleted', async () => {
    const { request, userId } = await openClaimed(web.requests);
    await web.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    await gateway.requests.consume(request.id);
    const watch = web.requests.watch(request.id, abort.signal);
    await watch.next();
    await forget(gateway, request.id);
    expect((await watch.next()).done).toBe(true);
  });

  it('ends when it is aborted, also during a wait', async () => {
    const { id } = await openPending();
    const watch = gateway.requests.watch(id, abort.signal);
    await watch.next();
    const last = watch.next();
    abort.abort();
    expect((await last).done).toBe(true);
  });

  it('yields the same decision to 300 watchers', async () => {
    const { request, userId } = await openClaimed(web.requests);
    const watchers = Array.from({ length: 300 }, (_, index) =>
      lastSeen(index % 2 === 0 ? gateway : web, request.id, abort.signal),
    );
    const decisions = await Promise.all([
      web.requests.deny(request.id, { userId }),
      gateway.requests.approve(request.id, { userId, approval: approvalBy(userId) }),
    ]);
    const winner = decisions.find(({ kind }) => kind === 'moved')?.request?.status;
    expect(decisions.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    expect(new Set(await Promise.all(watchers))).toEqual(new Set([winner]));
  });
});

describe("with Debian's Redis, a watch", () => {
  it('continues after the server closed both connections of the node', async () => {
    await using server = await startDebianRedis();
    await using gateway = startLoginNode(server.url);
    await using web = startLoginNode(server.url);
    const { request } = await gateway.requests.open(loginOrigin(), { waiting: 'connection' });
    const watch = gateway.requests.watch(request.id, new AbortController().signal);
    await watch.next();
    const next = watch.next();
    const cut = Promise.all([gateway.redis, gateway.subscriber].map((client) => once(client, 'close')));
    await web.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await web.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await cut;
    await web.requests.claim(request.id, browser);
    expect((await next).value).toMatchObject({ status: 'claimed' });
    await watch.return();
  });

  it('continues after a restart with the data kept', async () => {
    await using folder = await temporaryFolder();
    await using server = await startDebianRedis({
      args: ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder.path],
    });
    await using node = startLoginNode(server.url);
    const { request } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    const watch = node.requests.watch(request.id, new AbortController().signal);
    await watch.next();
    const next = watch.next();
    await server.restart();
    await waitUntil(
      () =>
        node.requests.claim(request.id, browser).then(
          () => true,
          () => false,
        ),
      'Redis answers again',
    );
    expect((await next).value).toMatchObject({ status: 'claimed' });
    await watch.return();
  });

  it('throws store_unavailable after a restart without data; the next login works', async () => {
    await using server = await startDebianRedis();
    await using node = startLoginNode(server.url);
    const { request } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    const watch = node.requests.watch(request.id, new AbortController().signal);
    await watch.next();
    const next = watch.next();
    next.catch(() => {});
    await server.restart();
    await expect(next).rejects.toSatisfy((error) => isPosternError(error, 'store_unavailable'));
    const { request: second } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    expect(await node.requests.claim(second.id, browser)).toMatchObject({ kind: 'moved' });
  });

  it('is not started without a subscription, and the login is refused', async () => {
    await using server = await startDebianRedis();
    await using unreachable = await startDebianRedis();
    await unreachable.kill('SIGKILL');
    await using node = startLoginNode(server.url, { subscriberUrl: unreachable.url });
    const refused = node.requests.open(loginOrigin(), { waiting: 'connection' });
    await expect(refused).rejects.toSatisfy((error) => isPosternError(error, 'store_unavailable'));
    expect(await node.redis.keys('*')).toEqual([]);
  });
});

async function forget({ redis }: LoginNode, id: LoginRequestId): Promise<void> {
  await redis.del(redisKeys.loginRequest(id));
  await redis.publish(redisChannels.loginRequests(), id);
}

async function statusesSeen(node: LoginNode, id: LoginRequestId, signal: AbortSignal): Promise<string[]> {
  const statuses: string[] = [];
  for await (const { status } of node.requests.watch(id, signal)) statuses.push(status);
  return statuses;
}

/** The status in which a person's decision is first seen. */
async function lastSeen(node: LoginNode, id: LoginRequestId, signal: AbortSignal): Promise<LoginRequest['status']> {
  for await (const { status } of node.requests.watch(id, signal)) {
    if (status !== 'pending' && status !== 'claimed') return status;
  }
  throw new Error('the watch ended without a decision');
}
