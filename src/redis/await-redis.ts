// The wait for Redis at the start of a node. Knows nothing of what is kept there.

import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { explainRedisError, type RedisClient } from './redis-client.ts';

/** A fail-over, or a Redis that starts together with us, takes less; who supervises us may try again after that. */
const START_LIMIT_MS = 30_000;
const PAUSE_MS = 500;
const LOG_INTERVAL_MS = 5_000;
// What no time mends.
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR) /;

/** Resolves when Redis answers. Throws why not after 30 seconds, or at once when Redis refuses us. */
export async function awaitRedis(
  client: RedisClient,
  { log, limitMs = START_LIMIT_MS }: { readonly log: Log; readonly limitMs?: number },
): Promise<void> {
  const startedAtMs = performance.now();
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  // A command says that it had no connection; the connection says why.
  let reason = 'no answer';
  const learnReason = (error: Error): void => {
    reason = explainRedisError(error);
  };
  client.on('error', learnReason);
  try {
    for (;;) {
      const failure = await client.ping().then(() => null, asError);
      if (failure === null) return;
      if (REFUSED.test(failure.message)) throw new Error(`Redis refuses us: ${failure.message}`, { cause: failure });
      const nowMs = performance.now();
      if (nowMs - startedAtMs >= limitMs) throw new Error(`no Redis can be reached: ${reason}`, { cause: failure });
      if (nowMs - loggedAtMs >= LOG_INTERVAL_MS) {
        loggedAtMs = nowMs;
        log.warn({ cause: reason }, 'waiting for redis: set REDIS_URL to where it is');
      }
      await pause(PAUSE_MS);
    }
  } finally {
    client.off('error', learnReason);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
