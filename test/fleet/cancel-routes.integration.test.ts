import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CancelKey, cancelKeyDigest, newCancelKey } from '../../src/protocol/cancel-key.ts';
import { redisKeys } from '../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { startTestNode, type TestNode } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

describe.each(redisKinds)('cancel routes on $name', ({ start }) => {
  let redis: TestRedis;
  let here: TestNode;
  let there: TestNode;

  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    here = await startTestNode(redis.url, catalogueOf());
    there = await startTestNode(redis.url, catalogueOf());
    return async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    };
  });

  const announce = (node: TestNode, key: CancelKey) => {
    const canceled: CancelKey[] = [];
    const route = node.cancelRoutes.announce(key, async () => {
      canceled.push(key);
    });
    return { canceled, route };
  };
  const known = (node: TestNode, key: CancelKey) =>
    waitUntil(() => here.redis.hexists(redisKeys.cancelRoutes(node.nodeId), cancelKeyDigest(key)), 'the key is known');

  it('a key of this node cancels here', async () => {
    const key = newCancelKey(0);
    const { canceled } = announce(here, key);
    expect(await here.cancelRoutes.cancel(key)).toBe('found');
    expect(canceled).toEqual([key]);
  });

  it.each([0, 2] as const)('a key of another node, protocol 3.%d, is forwarded and carried out once', async (minor) => {
    const key = newCancelKey(minor);
    const { canceled } = announce(there, key);
    await known(there, key);
    expect(await here.cancelRoutes.cancel(key)).toBe('forwarded');
    expect(canceled).toEqual([key]);
  });

  // A key used to become known with the next batch, so that an early Ctrl-C on another node was
  // lost.
  it('keys that are announced together are known to other nodes when that is said', async () => {
    const keys = Array.from({ length: 20 }, () => newCancelKey(0));
    const announced = keys.map((key) => announce(there, key));
    for (const [index, key] of keys.entries()) {
      await announced[index]?.route.announced;
      expect(await here.cancelRoutes.cancel(key)).toBe('forwarded');
    }
  });

  // The list of nodes is kept for a beat: a Ctrl-C for a node that joined meanwhile was lost.
  it('a key of a node that has just joined is found', async () => {
    await here.heartbeat.findOtherNodes();
    await using late = await startTestNode(redis.url, catalogueOf());
    const key = newCancelKey(0);
    const { canceled, route } = announce(late, key);
    await route.announced;
    expect(await here.cancelRoutes.cancel(key)).toBe('forwarded');
    expect(canceled).toEqual([key]);
  });

  it('a forwarded cancel has reached its upstream when the answer comes', async () => {
    const key = newCancelKey(0);
    const steps: string[] = [];
    there.cancelRoutes.announce(key, async () => {
      await there.redis.ping();
      steps.push('upstream answered');
    });
    await known(there, key);
    await here.cancelRoutes.cancel(key);
    expect(steps).toEqual(['upstream answered']);
  });

  it('unknown keys and keys that differ in one byte cancel nothing', async () => {
    const key = newCancelKey(2);
    const { canceled } = announce(here, key);
    const almost = Buffer.from(key.secretKey);
    almost[31] = (almost[31] ?? 0) ^ 1;
    const wrongKeys = [
      newCancelKey(2),
      { ...key, secretKey: almost },
      { ...key, secretKey: key.secretKey.subarray(0, 31) },
      { ...key, processId: key.processId ^ 1 },
    ];
    for (const wrong of wrongKeys) expect(await here.cancelRoutes.cancel(wrong)).toBe('unknown');
    expect(canceled).toEqual([]);
  });

  it('a withdrawn key is unknown everywhere', async () => {
    const key = newCancelKey(0);
    const { canceled, route } = announce(there, key);
    await known(there, key);
    route.withdraw();
    expect(await here.cancelRoutes.cancel(key)).toBe('unknown');
    expect(await there.cancelRoutes.cancel(key)).toBe('unknown');
    expect(canceled).toEqual([]);
  });

  it('Redis never learns a key', async () => {
    const key = newCancelKey(2);
    announce(here, key);
    await known(here, key);
    const stored = JSON.stringify(await here.redis.hgetall(redisKeys.cancelRoutes(here.nodeId)));
    for (const encoding of ['hex', 'base64', 'latin1'] as const) {
      expect(stored).not.toContain(key.secretKey.toString(encoding));
    }
  });

  it('an upstream that cannot be canceled is no error of the canceller', async () => {
    const key = newCancelKey(0);
    here.cancelRoutes.announce(key, () => Promise.reject(new Error('connection refused')));
    expect(await here.cancelRoutes.cancel(key)).toBe('found');
  });
});

it('without Redis own keys work and all others are unknown', async () => {
  await using redis = await startDebianRedis();
  await using node = await startTestNode(redis.url, catalogueOf());
  const key = newCancelKey(0);
  const canceled: string[] = [];
  await redis.kill('SIGKILL');
  const { announced } = node.cancelRoutes.announce(key, async () => {
    canceled.push('query');
  });
  await announced;
  expect(await node.cancelRoutes.cancel(key)).toBe('found');
  expect(await node.cancelRoutes.cancel(newCancelKey(0))).toBe('unknown');
  expect(canceled).toEqual(['query']);
});
