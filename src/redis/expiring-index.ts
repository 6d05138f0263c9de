// Sorted sets of ids scored by the time when each id counts no more, by Redis' clock: whatever a node that died left behind
// stops counting by itself. Knows nothing of what the ids name.

import { askStore } from './ask-redis.ts';
import type { RedisClient } from './redis-client.ts';
import { runScript } from './redis-script.ts';
import { COUNT_INDEX } from './scripts/count-index.ts';
import { ENTER_INDEX } from './scripts/enter-index.ts';

export class ExpiringIndex {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** False, and nothing is added, when `most` ids count already; the check and the adding are one step. */
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

  /** At most `most` ids, the ones that count longest first; some may have stopped counting just now. */
  async ids(most: number): Promise<string[]> {
    return await askStore(() => this.#redis.zrevrange(this.#key, 0, most - 1));
  }
}
