import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { Closers } from '../../../src/async/closers.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { shareTicketSecret } from '../../../src/gateway/negotiate/share-ticket-secret.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { newSealingKey } from '../../support/databases/catalogue-for-tests.ts';
import { startEmbeddedRedis } from '../../support/databases/redis-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const log = pino({ level: 'silent' });
const HOUR_MS = 3_600_000;

it('gives all nodes one secret, another every eight hours, and Redis none', async () => {
  const server = await startEmbeddedRedis();
  onTestFinished(() => server.close());
  const key = newSealingKey();
  const [first, second, later] = [await secretAt(0), await secretAt(8 * HOUR_MS - 1), await secretAt(8 * HOUR_MS)];
  expect(second).toEqual(first);
  expect(later).not.toEqual(first);
  const redis = createRedis(server.url, { purpose: 'commands', log });
  onTestFinished(() => redis.disconnect());
  const stored = await Promise.all((await redis.keys('*ticket*')).map(async (name) => (await redis.get(name)) ?? ''));
  expect(stored).toHaveLength(2);
  expect(stored.join()).not.toContain(first.toString('base64'));
  expect(stored.join()).not.toContain(first.toString('base64url'));

  async function secretAt(nowMs: number): Promise<Buffer> {
    const closers = new Closers(log);
    const client = createRedis(server.url, { purpose: 'commands', log });
    closers.add('redis', () => client.disconnect());
    const secrets: Buffer[] = [];
    shareTicketSecret({
      certificates: { useTicketSecret: (secret) => void secrets.push(secret) },
      ...{ redis: client, sealer: new Sealer([key]), log, closers },
      clock: { now: () => new Date(nowMs) },
    });
    const secret = await waitUntil(() => secrets[0], 'a secret');
    await closers.closeAll();
    return secret;
  }
});
