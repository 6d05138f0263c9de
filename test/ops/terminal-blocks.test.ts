import { describe, expect, it } from 'vitest';
import { newUserId } from '../../src/ids.ts';
import { TERMINAL_BLOCK_MS, TerminalBlocks } from '../../src/ops/terminal-blocks.ts';
import { createRedis } from '../../src/redis-client.ts';
import { redisKeys } from '../../src/redis-keys.ts';
import { silentLog } from '../support/fleet-for-tests.ts';
import { redisKinds } from '../support/redis-for-tests.ts';

describe.each(redisKinds)('terminal blocks on $name', ({ start }) => {
  it('concern one person and one terminal, for a while', async () => {
    await using server = await start();
    const redis = createRedis(server.url, { purpose: 'commands', log: silentLog });
    const blocks = new TerminalBlocks(redis);
    const userId = newUserId();
    await blocks.block({ userId, address: '2001:db8::7' });
    expect(await blocks.isBlocked({ userId, address: '2001:db8::8' })).toBe(true);
    expect(await blocks.isBlocked({ userId, address: '2001:db8:0:1::7' })).toBe(false);
    expect(await blocks.isBlocked({ userId: newUserId(), address: '2001:db8::7' })).toBe(false);
    const remainingMs = await redis.pttl(redisKeys.terminalBlock(userId, '2001:db8:0:0::/64'));
    expect(remainingMs).toBeGreaterThan(TERMINAL_BLOCK_MS - 60_000);
    expect(remainingMs).toBeLessThanOrEqual(TERMINAL_BLOCK_MS);
    redis.disconnect();
  });
});
