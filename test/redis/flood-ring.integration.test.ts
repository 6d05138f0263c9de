import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PendingPasskeys } from '../../src/http/sign-in/passkeys/pending-passkeys.ts';
import { DeviceLogins } from '../../src/login/device/device-logins.ts';
import { BRIEFLY_KEPT_MS } from '../../src/login/scripts/login-request-scripts.ts';
import { FloodRing } from '../../src/redis/flood-ring.ts';
import { type FloodedKind, redisKeys } from '../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { type LoginNode, loginOrigin, startLoginNode } from '../support/nodes/login-for-tests.ts';

const LIFE_MS = 60_000;
const RING = 2_000;
const FLOOD = 5;

describe.each(redisKinds)('what strangers make us keep on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url, { ttlMs: LIFE_MS, limits: { waitingPerAddress: 3, waitingInTotal: 8 } });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  /** The newest of a full ring: the oldest are the first to have been made here. */
  async function flood(kinds: readonly FloodedKind[], work: (index: number) => Promise<unknown>): Promise<void> {
    const rings = kinds.map((kind) => redisKeys.floodRing(kind, '198.51.0.0/16'));
    for (let index = 0; index < FLOOD; index++) await work(index);
    const since = Array.from({ length: RING - FLOOD }, (_none, index) => `since-${index}`);
    for (const ring of rings) await node.redis.lpush(ring, ...since);
    for (let index = 0; index < FLOOD; index++) await work(FLOOD + index);
    for (const ring of rings) expect(await node.redis.llen(ring)).toBe(RING);
  }
  const countOf = async (pattern: string) => (await node.redis.keys(pattern)).length;

  it('falls out of its ring, the oldest first, and in no other network', async () => {
    const ring = new FloodRing(node.redis, 'form', 2);
    const keep = async (key: string, address: string) => {
      await node.redis.set(key, 'x');
      await ring.enter([key, `${key}:too`], { address, lifeMs: LIFE_MS });
    };
    await keep('elsewhere', '203.0.113.9');
    for (const key of ['a', 'b', 'c']) await keep(key, '198.51.100.7');
    expect(await Promise.all(['elsewhere', 'a', 'b', 'c'].map((key) => node.redis.exists(key)))).toEqual([1, 0, 1, 1]);
    expect(await node.redis.pttl(redisKeys.floodRing('form', '198.51.0.0/16'))).toBeGreaterThan(0);
  });

  it('holds no more links of a flood than its ring', async () => {
    const devices = new DeviceLogins({ redis: node.redis, loginRequests: node.requests });
    const origin = loginOrigin({ address: '198.51.100.7' });
    await flood(['login', 'device'], () => devices.begin(origin, { keepMs: BRIEFLY_KEPT_MS }));
    for (const key of [redisKeys.loginToken('*'), redisKeys.loginCode('*'), redisKeys.deviceCode('*')])
      expect(await countOf(key)).toBe(FLOOD);
  });

  it('holds no more challenges for passkeys of a flood than its ring', async () => {
    const pending = new PendingPasskeys(node.redis);
    const asked = { purpose: 'sign_in', userId: null } as const;
    const which = (index: number) => ({ visitor: 'v', challenge: String(index) });
    await flood(['passkey'], (index) => pending.keepOfMany(which(index), asked, '198.51.100.7'));
    expect(await countOf(redisKeys.passkeyChallenge('*'))).toBe(FLOOD);
    expect(await pending.take(which(0))).toBeNull();
    expect(await pending.take(which(FLOOD))).toEqual(asked);
  });
});
