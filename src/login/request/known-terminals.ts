// Which requested users were let in at an address lately. What strangers ask for there gives way
// before them.

import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { loginNameDigest, type UserAtPlace } from './terminal.ts';

// docs/security.md, "Grants": as long as a terminal belongs to its person.
const KNOWN_FOR_MS = 30 * 86_400_000;

export class KnownTerminals {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async add(at: UserAtPlace): Promise<void> {
    await askStore(() => this.#redis.set(redisKeys.knownTerminal(loginNameDigest(at)), '1', 'PX', KNOWN_FOR_MS));
  }

  async has(at: UserAtPlace): Promise<boolean> {
    return (await askStore(() => this.#redis.exists(redisKeys.knownTerminal(loginNameDigest(at))))) === 1;
  }
}
