// The login requests that no connection waits on any more and that stay open for their person. When their time comes, any
// node may take one out, and whoever does tells its end. Requests themselves need it for nothing.

import { idFrom, type LoginRequestId } from '../ids.ts';
import type { RedisClient } from '../redis-client.ts';
import { redisKeys } from '../redis-keys.ts';
import { askStore } from './ask-store.ts';
import type { LoginRequest } from './login-request.ts';

const MAX_TAKEN = 500;
/** Longer than any request lives: nobody looks any more where no node runs. */
const KEPT_MS = 3_600_000;

export class UnfollowedLogins {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async add({ id, expiresAt }: LoginRequest): Promise<void> {
    const key = redisKeys.unfollowedLogins();
    await askStore(() => this.#redis.zadd(key, expiresAt.getTime(), id));
    await askStore(() => this.#redis.pexpire(key, KEPT_MS));
  }

  /** Requests whose time came by then and that nobody else has taken; at most 500. */
  async takeDue(now: Date): Promise<LoginRequestId[]> {
    const key = redisKeys.unfollowedLogins();
    const due = await askStore(() => this.#redis.zrangebyscore(key, '-inf', now.getTime(), 'LIMIT', 0, MAX_TAKEN));
    const taken: LoginRequestId[] = [];
    for (const id of due) {
      if ((await askStore(() => this.#redis.zrem(key, id))) === 1) taken.push(idFrom<LoginRequestId>(id));
    }
    return taken;
  }
}
