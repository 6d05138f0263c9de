// Warns at the start of a Redis that evicts keys when it is full: logins and grants would be lost.

import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/redis-client.ts';

/** Says nothing where CONFIG is forbidden, as on many managed servers. Never rejects. */
export async function warnOfEviction(redis: RedisClient, log: Log): Promise<void> {
  try {
    const answer: unknown = await redis.call('CONFIG', 'GET', 'maxmemory-policy');
    const policy = Array.isArray(answer) ? String(answer[1]) : 'noeviction';
    if (policy === 'noeviction') return;
    log.warn(
      { event: 'redis.evicts_keys', policy },
      'Redis evicts keys when it is full, and logins would be lost: set maxmemory-policy to noeviction',
    );
  } catch (error) {
    log.debug({ event: 'redis.policy_unreadable', err: error }, 'could not read the eviction policy of Redis');
  }
}
