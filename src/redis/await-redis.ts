// Waits for Redis when a node starts.

import { retry } from '../async/retry.ts';
import type { Log } from '../log.ts';
import { explainRedisError, type RedisClient } from './redis-client.ts';

/** A fail-over, or a Redis that starts together with us, takes less. */
const START_LIMIT_MS = 30_000;
const PAUSE_MS = 500;
const LOG_INTERVAL_MS = 5_000;
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR) /;

/** Throws why not after 30 seconds, or at once when Redis refuses us. */
export async function awaitRedis(
  client: RedisClient,
  { log, limitMs = START_LIMIT_MS }: { readonly log: Log; readonly limitMs?: number },
): Promise<void> {
  const startedAtMs = performance.now();
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  // A failed command only says that there is no connection; the connection's error says why.
  let reason = 'no answer';
  const learnReason = (error: Error): void => {
    reason = explainRedisError(error);
  };
  client.on('error', learnReason);
  try {
    await retry(() => client.ping(), {
      pauses: () => (performance.now() - startedAtMs < limitMs ? PAUSE_MS : null),
      mayHelp: (error) => !isRefusal(error),
      onFailure: () => {
        if (performance.now() - loggedAtMs < LOG_INTERVAL_MS) return;
        loggedAtMs = performance.now();
        log.warn({ event: 'redis.waiting', cause: reason }, 'waiting for Redis: set REDIS_URL to where it is');
      },
    });
  } catch (cause) {
    if (isRefusal(cause)) throw new Error(`Redis refuses us: ${cause.message}`, { cause });
    throw new Error(`no Redis can be reached: ${reason}`, { cause });
  } finally {
    client.off('error', learnReason);
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && REFUSED.test(error.message);
}
