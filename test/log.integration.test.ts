import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { errorForLog } from '../src/log.ts';
import { createTestDatabase } from './support/databases/postgres-for-tests.ts';
import { type DebianRedis, startDebianRedis } from './support/databases/redis-for-tests.ts';
import { startPosternProcess } from './support/nodes/postern-process.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const CANARY = 'canary-in-the-redis-url';

// The Redis client hangs the failed command on its errors, AUTH with its password among them, and
// the log printed it.
describe('an error in the log', () => {
  it('of a refused Redis password holds the reason and not the password', async () => {
    await using redis = await startLockedRedis();
    const client = new Redis(redis.port, '127.0.0.1', {
      password: CANARY,
      retryStrategy: () => null,
      lazyConnect: true,
    });
    client.on('error', () => {});
    const error = await client.auth(CANARY).catch((thrown: unknown) => thrown);
    client.disconnect();
    expect(JSON.stringify(Object.entries(error as object))).toContain(CANARY);
    const logged = JSON.stringify(errorForLog(new Error('asking Redis', { cause: error })));
    expect(logged).toContain('WRONGPASS');
    expect(logged).not.toContain(CANARY);
  });

  it('keeps type, message, stack, code and causes of every error', () => {
    const cause = Object.assign(new TypeError('inner'), {
      code: 'ECONNREFUSED',
      detail: 'Key (email)=(x)',
      secret: 's',
    });
    const error: Error = new Error('outer', { cause });
    expect(errorForLog(error)).toMatchObject({
      type: 'Error',
      message: 'outer',
      stack: expect.stringContaining('log.integration.test'),
      cause: { type: 'TypeError', message: 'inner', code: 'ECONNREFUSED' },
    });
    expect(JSON.stringify(errorForLog(error))).not.toMatch(/Key \(email\)|"secret"/);
    Object.assign(cause, { cause: error });
    expect(() => JSON.stringify(errorForLog(error))).not.toThrow();
    expect(errorForLog('no error')).toBe('no error');
  });

  it('of a whole node that may not use its Redis holds no password, at any level', async () => {
    await using folder = await temporaryFolder();
    await using redis = await startLockedRedis();
    const database = await createTestDatabase();
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: `redis://:${CANARY}@127.0.0.1:${redis.port}`,
      POSTERN_DATA_DIR: folder.path,
      POSTERN_PG_PORT: '0',
      POSTERN_HTTP_PORT: '0',
      POSTERN_LOG_LEVEL: 'debug',
    };
    try {
      const ended = await startPosternProcess({ environment, cwd: folder.path }).catch((error: Error) => error.message);
      expect(ended).toContain('WRONGPASS');
      expect(ended).not.toContain(CANARY);
    } finally {
      await database.close();
    }
  });
});

async function startLockedRedis(): Promise<DebianRedis> {
  const redis = await startDebianRedis();
  const client = new Redis(redis.port, '127.0.0.1');
  await client.config('SET', 'requirepass', 'another one');
  client.disconnect();
  return redis;
}
