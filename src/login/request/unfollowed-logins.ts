// The login requests that no connection waits on any more and that stay open for their person. When their time comes, any
// node may take one out, and whoever does tells its end. Requests themselves need it for nothing.

import { idFrom, type LoginRequestId } from '../../ids.ts';
import { DueList } from '../../redis/due-list.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { LoginRequest } from './login-request.ts';

/** Longer than any request lives. */
const KEPT_MS = 3_600_000;

export class UnfollowedLogins {
  readonly #list: DueList;

  constructor(redis: RedisClient) {
    this.#list = new DueList({ redis, key: redisKeys.unfollowedLogins(), keptMs: KEPT_MS });
  }

  async add({ id, expiresAt }: LoginRequest): Promise<void> {
    await this.#list.add(id, expiresAt);
  }

  /** Requests whose time came by then and that nobody else has taken; at most 500. */
  async takeDue(now: Date): Promise<LoginRequestId[]> {
    return (await this.#list.takeDue(now)).map((id) => idFrom<LoginRequestId>(id));
  }
}
