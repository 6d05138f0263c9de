import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { awaitRedis } from '../../src/redis/await-redis.ts';
import { createRedis } from '../../src/redis/redis-client.ts';
import { freePort, startDebianRedis } from '../support/databases/redis-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { createInstallation } from '../support/nodes/postern-for-tests.ts';

it('a node refused by Redis does not start and names the variable', async () => {
  await using redis = await startDebianRedis();
  const admin = new Redis(redis.port);
  onTestFinished(() => admin.disconnect());
  await admin.config('SET', 'requirepass', 'the right one');
  await using installation = await createInstallation({ redisUrl: `redis://:wrong@127.0.0.1:${redis.port}` });
  const failure = await installation.startNode().catch((error: unknown) => String(error));
  expect(failure).toContain('REDIS_URL: Redis refuses us: WRONGPASS');
  expect(failure).not.toContain('wrong@');
});

it('a Redis that comes late is waited for', async () => {
  await using redis = await startDebianRedis();
  await redis.kill('SIGKILL');
  const client = createRedis(redis.url, { purpose: 'commands', log: silentLog });
  try {
    const waiting = awaitRedis(client, { log: silentLog });
    await redis.restart();
    await expect(waiting).resolves.toBeUndefined();
  } finally {
    client.disconnect();
  }
});

it('nobody at the address of a server, a Cluster or Sentinels: not for ever', async () => {
  const port = await freePort();
  const urls = ['redis://', 'redis-cluster://', 'redis-sentinel://'].map((scheme) => `${scheme}127.0.0.1:${port}`);
  await Promise.all(
    urls.map(async (url) => {
      const client = createRedis(url.includes('sentinel') ? `${url}/main` : url, {
        purpose: 'commands',
        log: silentLog,
      });
      onTestFinished(() => client.disconnect());
      await expect(awaitRedis(client, { log: silentLog, limitMs: 1 })).rejects.toThrow('no Redis can be reached: ');
    }),
  );
});
