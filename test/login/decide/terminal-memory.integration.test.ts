import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUserId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { TerminalMemory } from '../../../src/login/decide/terminal-memory.ts';
import { ProvenNetworks } from '../../../src/login/request/proven-networks.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe.each(redisKinds)('the memory of reported terminals on $name', ({ start }) => {
  let server: TestRedis;
  let redis: RedisClient;
  let memory: TerminalMemory;
  const alice = { userId: newUserId(), address: '203.0.113.7' };
  const bob = { userId: newUserId(), address: '203.0.113.7' };

  beforeAll(async () => {
    server = await start();
    redis = createRedis(server.url, { purpose: 'commands', log: createLog('silent') });
    memory = new TerminalMemory(redis);
  });

  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  beforeEach(async () => {
    await redis.flushall();
  });

  it('blocks an address for 15 minutes, for one person only', async () => {
    await memory.block(alice);
    expect([await memory.isBlocked(alice), await memory.isBlocked(bob)]).toEqual([true, false]);
    expect(await memory.isBlocked({ ...alice, address: '::ffff:203.0.113.7' })).toBe(true);
    expect(await memory.isBlocked({ ...alice, address: '203.0.113.8' })).toBe(false);
    const [key = ''] = await redis.keys('*blocked*');
    expect(await redis.pttl(key)).toBeLessThanOrEqual(15 * 60_000);
  });

  it('forgets networks that were proven for the person, and takes new proofs', async () => {
    // A code that was typed for a caller proved the caller's network for 30 days.
    const proven = new ProvenNetworks(redis);
    const pairOf = ({ userId, address }: typeof alice) => ({
      userId,
      terminal: { address },
      browserAddress: '2001:db8::1',
    });
    await Promise.all([alice, bob].map((person) => proven.remember(pairOf(person))));
    const areProven = () => Promise.all([alice, bob].map((person) => memory.areNetworksProven(pairOf(person))));
    expect(await areProven()).toEqual([true, true]);
    await memory.block({ ...alice, address: '198.51.100.1' });
    expect(await areProven()).toEqual([false, true]);
    const later = Date.now() + 1;
    await waitUntil(() => Date.now() > later, 'a later time');
    await proven.remember(pairOf(alice));
    expect(await areProven()).toEqual([true, true]);
  });
});
