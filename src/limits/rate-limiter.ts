// One limit rule as a counter per key in Redis; this process counts while Redis is away or slow.

import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { LimitRule } from './limit-rules.ts';

export type LimitVerdict = 'allowed' | { readonly retryAfterMs: number };

/** After this time the counter of this process answers instead of Redis. */
const REDIS_LIMIT_MS = 500;

interface RateLimiterOptions {
  /** A client for `limiter`: it must fail at once when Redis is away. */
  readonly redis: RedisClient;
  readonly name: string;
  readonly rule: LimitRule;
}

export class RateLimiter {
  readonly #counter: RateLimiterAbstract;
  readonly #points: number;

  constructor(options: RateLimiterOptions) {
    this.#counter = openCounter(options);
    this.#points = options.rule.points;
  }

  /** Counts one for the key. Never rejects. */
  async consume(key: string): Promise<LimitVerdict> {
    try {
      await this.#counter.consume(key);
      return 'allowed';
    } catch (error) {
      if (error instanceof RateLimiterRes) return { retryAfterMs: error.msBeforeNext };
      throw error;
    }
  }

  /**
   * Whether one more would be refused; counts nothing. NOTE: the library's own `get` is a MULTI,
   * which fails uncaught where a Cluster's node is not known yet.
   */
  async isUsedUp(key: string): Promise<boolean> {
    try {
      return (await this.#counter.consume(key, 0)).consumedPoints >= this.#points;
    } catch (error) {
      if (error instanceof RateLimiterRes) return true;
      throw error;
    }
  }
}

function openCounter({ redis, name, rule }: RateLimiterOptions): RateLimiterAbstract {
  const figures = { keyPrefix: redisKeys.limit(name), points: rule.points, duration: rule.windowMs / 1_000 };
  const limiter = new RateLimiterRedis({
    ...figures,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    // A flood from one address sends Redis no more commands than the rule allows.
    inMemoryBlockOnConsumed: rule.points + 1,
    insuranceLimiter: new RateLimiterMemory(figures),
  });
  return new RLWrapperTimeouts({ limiter, timeoutMs: REDIS_LIMIT_MS });
}
