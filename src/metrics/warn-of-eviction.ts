// A Redis that evicts keys when it is full would drop waiting logins and grants: said once, at the
// start.

import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/redis-client.ts';

/** Managed servers often forbid CONFIG: then nothing can be said. Never rejects. */
export async function warnOfEviction(redis: RedisClient, log: Log): Promise<void> {
  try {
    const answer: unknown = await redis.call('CONFIG', 'GET', 'maxmemory-policy');
    const policy = Array.isArray(answer) ? String(answer[1]) : 'noeviction';
    if (policy === 'noeviction') return;
    log.warn({ policy }, 'redis evicts keys when it is full and logins would be lost: set maxmemory-policy noeviction');
  } catch (error) {
    log.debug({ err: error }, 'the eviction policy of redis could not be read');
  }
}
