// Sign-ins that are waiting for the identity provider: stored in Redis, so that any node can handle
// the callback, and bound to the visitor cookie, so that nobody can be signed in with another
// person's answer.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, type UserId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { PendingSignIn } from './oidc-sign-in.ts';

/** Time to sign in at the provider, including a second factor. */
const LIFE_MS = 10 * 60_000;

export interface AwayPerson extends PendingSignIn {
  readonly visitor: string;
  readonly next: string;
}

const schema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  again: z.object({ userId: idSchema<UserId>(), since: z.coerce.date() }).nullable(),
  next: z.string(),
});

export class PendingOidcSignIns {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async keep({ visitor, ...away }: AwayPerson): Promise<void> {
    const key = redisKeys.oidcSignIn(digestOf({ visitor, state: away.state }));
    await this.#redis.set(key, JSON.stringify(away), 'PX', LIFE_MS);
  }

  /**
   * Removes and returns the entry, once; null when the state is unknown, expired, or another
   * visitor's.
   */
  async take(which: Pick<AwayPerson, 'state' | 'visitor'>): Promise<Omit<AwayPerson, 'visitor'> | null> {
    const kept = await this.#redis.getdel(redisKeys.oidcSignIn(digestOf(which)));
    return kept === null ? null : schema.parse(JSON.parse(kept));
  }
}

function digestOf({ state, visitor }: Pick<AwayPerson, 'state' | 'visitor'>): string {
  return createHash('sha256').update(`${visitor}:${state}`).digest('hex');
}
