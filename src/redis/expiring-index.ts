// Sorted sets of ids by the time (ms, Redis' clock) at which each stops counting by itself.

import type { RedisClient } from './redis-client.ts';
import { askStore, LUA_NOW, redisScript, runScript } from './redis-script.ts';

const COUNT_INDEX = redisScript(`
-- KEYS[1]  a sorted set of ids by the time when they count no more (ms)
-- returns  how many count now
${LUA_NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. digits(now), '+inf')
`);

const ENTER_INDEX = redisScript(`
-- KEYS[1]  a sorted set of ids by the time when they count no more (ms)
-- ARGV[1]  an id
-- ARGV[2]  how long it counts, in ms
-- ARGV[3]  most ids in the set
-- returns  1 when the id is in the set, 0 when the set is full
${LUA_NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', digits(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], digits(now + ARGV[2]), ARGV[1])
-- The set lives as long as its longest member.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`);

export class ExpiringIndex {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** False when `most` ids count already; check and addition are one step. */
  async enter(id: string, { lifeMs, most }: { lifeMs: number; most: number }): Promise<boolean> {
    const call = { keys: [this.#key], args: [id, lifeMs, most] };
    return (await askStore(() => runScript(this.#redis, ENTER_INDEX, call))) === 1;
  }

  async leave(id: string): Promise<void> {
    await askStore(() => this.#redis.zrem(this.#key, id));
  }

  async count(): Promise<number> {
    return Number(await askStore(() => runScript(this.#redis, COUNT_INDEX, { keys: [this.#key], args: [] })));
  }

  /** At most `most` ids, the longest-lived first; some may have stopped counting just now. */
  async ids(most: number): Promise<string[]> {
    return await askStore(() => this.#redis.zrevrange(this.#key, 0, most - 1));
  }
}
