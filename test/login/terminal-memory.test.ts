import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newLoginRequestId, newUserId } from '../../src/ids.ts';
import { createLog } from '../../src/log.ts';
import { TerminalMemory } from '../../src/login/terminal-memory.ts';
import { createRedis, type RedisClient } from '../../src/redis-client.ts';
import { redisKinds, type TestRedis } from '../support/redis-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const DAY_MS = 86_400_000;

describe.each(redisKinds)('what is remembered of a terminal on $name', ({ start }) => {
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

  it('is that this person has approved from there, for 30 days', async () => {
    expect(await memory.hasApproved(alice)).toBe(false);
    await memory.rememberApproval(alice);
    expect(await memory.hasApproved({ ...alice, address: '::ffff:203.0.113.7' })).toBe(true);
    expect(await memory.hasApproved({ ...alice, address: '203.0.113.8' })).toBe(false);
    expect(await memory.hasApproved(bob)).toBe(false);
    const [key = ''] = await redis.keys('*');
    expect(await redis.pttl(key)).toBeGreaterThan(29 * DAY_MS);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(30 * DAY_MS);
  });

  it('is that this person said "not me", for 15 minutes and for nobody else; the address is new again then', async () => {
    await memory.rememberApproval(alice);
    await memory.block(alice);
    expect([await memory.isBlocked(alice), await memory.isBlocked(bob)]).toEqual([true, false]);
    expect(await memory.hasApproved(alice)).toBe(false);
    const [key = ''] = await redis.keys('*');
    expect(await redis.pttl(key)).toBeLessThanOrEqual(15 * 60_000);
  });

  it('is how many announced logins the person has not seen: the fourth is not announced', async () => {
    const ids = [newLoginRequestId(), newLoginRequestId(), newLoginRequestId()];
    for (const id of ids) expect(await memory.admitAnnouncement(id, alice, 120_000)).toBe(true);
    expect(await memory.admitAnnouncement(newLoginRequestId(), alice, 120_000)).toBe(false);
    expect(await memory.admitAnnouncement(newLoginRequestId(), bob, 120_000)).toBe(true);
    await memory.markSeen(ids[0] ?? newLoginRequestId(), alice.userId);
    expect(await memory.admitAnnouncement(newLoginRequestId(), alice, 120_000)).toBe(true);
  });

  it('lets nothing be announced from a blocked address, and counts no login that has ended unseen', async () => {
    await memory.block(alice);
    expect(await memory.admitAnnouncement(newLoginRequestId(), alice, 120_000)).toBe(false);
    for (let count = 0; count < 3; count += 1) await memory.admitAnnouncement(newLoginRequestId(), bob, 30);
    await waitUntil(
      () => memory.admitAnnouncement(newLoginRequestId(), bob, 120_000),
      'unseen logins stop counting with their time',
    );
  });
});
