// Counts errors of Redis, and warns of one that evicts keys when full: logins would be lost.

import type { Command } from 'ioredis';
import type { Log } from '../log.ts';
import { isWrongCommand, type RedisClient } from '../redis/redis-client.ts';
import type { Metrics } from './metrics.ts';

/** Counts each command without an answer and each connection error, failed reconnects included. */
export function observeRedis(redis: RedisClient, metrics: Pick<Metrics, 'storeErrors'>): void {
  const count = () => metrics.storeErrors.inc({ store: 'redis' });
  redis.on('error', count);
  const watched = new WeakSet<Command>();
  const send = redis.sendCommand.bind(redis);
  // Every command passes here; one that waited for the connection passes twice.
  redis.sendCommand = (command: Command, stream?: Parameters<typeof send>[1]) => {
    if (!watched.has(command)) {
      watched.add(command);
      command.promise.catch((error: unknown) => {
        if (!isWrongCommand(error)) count();
      });
    }
    return send(command, stream);
  };
}

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
