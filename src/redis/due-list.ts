// Names that are due at a time, for the whole fleet; each is handed out once.

import type { RedisClient } from './redis-client.ts';
import { askStore } from './redis-script.ts';

const MAX_TAKEN = 500;

export class DueList {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #keptMs: number;

  constructor({ redis, key, keptMs }: { redis: RedisClient; key: string; keptMs: number }) {
    this.#redis = redis;
    this.#key = key;
    this.#keptMs = keptMs;
  }

  async add(name: string, at: Date): Promise<void> {
    await askStore(() => this.#redis.zadd(this.#key, at.getTime(), name));
    await askStore(() => this.#redis.pexpire(this.#key, this.#keptMs));
  }

  async take(name: string): Promise<boolean> {
    return (await askStore(() => this.#redis.zrem(this.#key, name))) === 1;
  }

  /** All that were not handed out; null for more than `most`. */
  async names(most: number): Promise<string[] | null> {
    const count = await askStore(() => this.#redis.zcard(this.#key));
    return count > most ? null : await askStore(() => this.#redis.zrange(this.#key, 0, -1));
  }

  /** At most 500. */
  async takeDue(now: Date): Promise<string[]> {
    const due = await askStore(() =>
      this.#redis.zrangebyscore(this.#key, '-inf', now.getTime(), 'LIMIT', 0, MAX_TAKEN),
    );
    const taken: string[] = [];
    for (const name of due) if (await this.take(name)) taken.push(name);
    return taken;
  }
}
