// One limit rule as a counter per key in Redis; this process counts while Redis is away or slow.

import {
  BurstyRateLimiter,
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { LimitRule } from './limit-rules.ts';

export type LimitVerdict = 'allowed' | 'limited';

/** After this time the counter of this process answers instead of Redis. */
const REDIS_LIMIT_MS = 500;

interface RateLimiterOptions {
  /** A client for `limiter`: it must fail at once when Redis is away. */
  readonly redis: RedisClient;
  readonly name: string;
  readonly rule: LimitRule;
}

export class RateLimiter {
  readonly #main: RateLimiterAbstract;
  readonly #consumer: Pick<RateLimiterAbstract, 'consume'> | BurstyRateLimiter;
  readonly #points: number;

  constructor({ redis, name, rule }: RateLimiterOptions) {
    this.#points = rule.points;
    this.#main = openCounter({ redis, name, rule });
    this.#consumer =
      rule.burst === undefined
        ? this.#main
        : new BurstyRateLimiter(this.#main, openCounter({ redis, name: `${name}:burst`, rule: rule.burst }));
  }

  /** Counts one for the key. Never rejects. */
  async consume(key: string): Promise<LimitVerdict> {
    return await verdictOf(() => this.#consumer.consume(key));
  }

  /** Whether the next `consume` would be limited. Ignores `burst`; never rejects. */
  async peek(key: string): Promise<LimitVerdict> {
    return await verdictOf(async () => {
      const state = await this.#main.get(key);
      if (state !== null && state.consumedPoints >= this.#points) throw state;
    });
  }

  async giveBack(key: string): Promise<void> {
    await verdictOf(() => this.#main.reward(key));
  }

  async forget(key: string): Promise<void> {
    await verdictOf(() => this.#main.delete(key));
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

async function verdictOf(work: () => Promise<unknown>): Promise<LimitVerdict> {
  try {
    await work();
    return 'allowed';
  } catch (error) {
    if (error instanceof RateLimiterRes) return 'limited';
    throw error;
  }
}
