// Login requests that no connection waits for and that stay open for their person. When one
// expires, any node may take it from this list, and the node that takes it records the end. The
// requests themselves do not depend on the list.

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

  /** Requests due by then that no other node has taken; at most 500. */
  async takeDue(now: Date): Promise<LoginRequestId[]> {
    return (await this.#list.takeDue(now)).map((id) => idFrom<LoginRequestId>(id));
  }
}
