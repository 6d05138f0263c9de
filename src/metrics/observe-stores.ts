// Counts the failures of Redis: commands without an answer and errors of the connection itself.

import type { Command } from 'ioredis';
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
