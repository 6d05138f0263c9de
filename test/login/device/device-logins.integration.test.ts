import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUserId } from '../../../src/ids.ts';
import { DeviceLogins } from '../../../src/login/device/device-logins.ts';
import { BRIEFLY_KEPT_MS, CONSUME_LIMIT_MS } from '../../../src/login/scripts/login-request-scripts.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { approvalBy, type LoginNode, loginOrigin, startLoginNode } from '../../support/nodes/login-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const TTL_MS = 120_000;

describe.each(redisKinds)('logins of devices on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;
  let devices: DeviceLogins;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url, { ttlMs: TTL_MS, limits: { waitingPerAddress: 3, waitingInTotal: 8 } });
    devices = new DeviceLogins({ redis: node.redis, loginRequests: node.requests });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  const followed = () => node.redis.zcard(redisKeys.unfollowedLogins());
  const codeLives = async () => {
    const keys = await node.redis.keys(redisKeys.deviceCode('*').replace(/[{}]/g, '*'));
    return await Promise.all(keys.map((key) => node.redis.pttl(key)));
  };

  // Each code stood in Redis for half an hour, and in a list that is worked off slowly.
  it('of a flood leave Redis as soon as other logins of one, and stand in no list', async () => {
    for (let count = 0; count < 50; count += 1) await devices.begin(loginOrigin(), { keepMs: BRIEFLY_KEPT_MS });
    const lives = await codeLives();
    expect(lives).toHaveLength(50);
    expect(Math.max(...lives)).toBeLessThanOrEqual(TTL_MS + BRIEFLY_KEPT_MS);
    expect(await followed()).toBe(0);
  });

  it('of a flood are kept for a device that asks and a person who opens them', async () => {
    const { request, deviceCode } = await devices.begin(loginOrigin(), { keepMs: BRIEFLY_KEPT_MS });
    await node.requests.claim(request.id, { userId: newUserId(), browserAddress: '203.0.113.7' });
    expect(await followed()).toBe(1);
    expect(await devices.poll(deviceCode.reveal(), loginOrigin())).toEqual({ kind: 'pending' });
    expect(Math.max(...(await codeLives()))).toBeGreaterThan(TTL_MS + BRIEFLY_KEPT_MS);
  });

  it('are told nothing at another address than asked, whoever has approved', async () => {
    const { deviceCode } = await devices.begin(loginOrigin({ address: '203.0.113.7' }));
    const from = (address: string) => devices.poll(deviceCode.reveal(), loginOrigin({ address }));
    expect(await from('198.51.100.9')).toEqual({ kind: 'unknown' });
    expect(await from('203.0.113.7')).toMatchObject({ kind: expect.stringMatching(/pending|slow_down/) });
  });

  describe('that are approved', () => {
    const HERE = loginOrigin();
    const token = async () => {
      const { request, deviceCode } = await devices.begin(HERE);
      const userId = newUserId();
      await node.requests.claim(request.id, { userId, browserAddress: HERE.address });
      await node.requests.approve(request.id, { userId, approval: approvalBy(userId) });
      const polled = await devices.poll(deviceCode.reveal(), HERE);
      return polled.kind === 'token' ? polled.token.reveal() : expect.fail(`the poll told ${polled.kind}`);
    };
    const keyOf = (text: string) => redisKeys.bearerToken(createHash('sha256').update(text).digest('hex'));

    it('are let in by their token once', async () => {
      const given = await token();
      expect(await devices.take(given, HERE)).toMatchObject({ status: 'consumed' });
      expect(await devices.take(given, HERE)).toBe(null);
    });

    it('are not let in by it from elsewhere, which uses it up', async () => {
      const given = await token();
      expect(await devices.take(given, loginOrigin({ address: '198.51.100.9' }))).toBe(null);
      expect(await devices.take(given, HERE)).toBe(null);
    });

    it('are not let in by it after its minute', async () => {
      const given = await token();
      const lifeMs = await node.redis.pttl(keyOf(given));
      expect([lifeMs > 0, lifeMs <= CONSUME_LIMIT_MS, CONSUME_LIMIT_MS]).toEqual([true, true, 60_000]);
      await node.redis.pexpire(keyOf(given), 1);
      await waitUntil(async () => (await node.redis.exists(keyOf(given))) === 0, 'the minute is over');
      expect(await devices.take(given, HERE)).toBe(null);
    });
  });

  it('are followed to their end', async () => {
    await devices.begin(loginOrigin());
    expect(await followed()).toBe(1);
  });

  // All devices behind an address were one crowd: a hundred requests of a neighbour ended the
  // login of everybody else there, who was told that time was up.
  it('are ended by no flood of another client behind the same address', async () => {
    const { deviceCode } = await devices.begin(loginOrigin({ requestedUser: '', application: 'OAuth client shop' }));
    for (let count = 0; count < 20; count += 1)
      await devices.begin(loginOrigin({ requestedUser: '', application: 'OAuth client x' }), {
        keepMs: BRIEFLY_KEPT_MS,
      });
    expect(await devices.poll(deviceCode.reveal(), loginOrigin())).toEqual({ kind: 'pending' });
  });

  it('are told that they gave way to newer ones of their client', async () => {
    const origin = loginOrigin({ requestedUser: '', application: 'OAuth client shop' });
    const { deviceCode } = await devices.begin(origin);
    for (let count = 0; count < 3; count += 1) await devices.begin(origin, { keepMs: BRIEFLY_KEPT_MS });
    expect(await devices.poll(deviceCode.reveal(), origin)).toMatchObject({
      kind: 'crowded_out',
      why: { message: 'too many login requests from this address' },
    });
  });
});
