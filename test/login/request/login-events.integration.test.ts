import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLoginRequestId } from '../../../src/ids.ts';
import { redisChannels } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { type LoginNode, startLoginNode } from '../../support/nodes/login-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe.each(redisKinds)('login events on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url);
    await node.events.ready();
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  const publish = (payload: string) => node.redis.publish(redisChannels.loginRequests(), payload);

  it('reach every follower of that request, and nobody else', async () => {
    const id = newLoginRequestId();
    const told: string[] = [];
    const unfollow = [
      node.events.follow(id, () => told.push('first')),
      node.events.follow(id, () => told.push('second')),
      node.events.follow(newLoginRequestId(), () => told.push('another')),
    ];
    await publish('not an id');
    await publish(id);
    await waitUntil(() => told.length === 2, 'both are told');
    unfollow[0]?.();
    await publish(id);
    await waitUntil(() => told.length === 3, 'the second is told again');
    expect(told).toEqual(['first', 'second', 'second']);
    for (const end of unfollow) end();
  });

  it('count as missed after a lost connection, so every follower reads again', async () => {
    let isTold = false;
    const unfollow = node.events.follow(newLoginRequestId(), () => {
      isTold = true;
    });
    node.subscriber.disconnect(true);
    await waitUntil(() => isTold, 'the follower is told');
    unfollow();
    await node.events.ready();
  });

  it('share one subscription, however many follow', async () => {
    const unfollow = Array.from({ length: 500 }, () => node.events.follow(newLoginRequestId(), () => {}));
    expect(await node.redis.pubsub('NUMSUB', redisChannels.loginRequests())).toEqual([
      redisChannels.loginRequests(),
      1,
    ]);
    for (const end of unfollow) end();
  });
});
