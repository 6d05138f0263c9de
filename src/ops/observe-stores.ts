// Counts the failures of the stores that nobody else sees: errors of a Redis connection itself.

import type { RedisClient } from '../redis-client.ts';
import type { Metrics } from './metrics.ts';

/** Counts every error of the connection, also of each failed try to reconnect. */
export function observeRedis(redis: RedisClient, metrics: Pick<Metrics, 'storeErrors'>): void {
  redis.on('error', () => metrics.storeErrors.inc({ store: 'redis' }));
}
