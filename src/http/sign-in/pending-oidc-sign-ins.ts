// Sign-ins under way at the provider, stored in Redis, so that any node handles the callback, and
// bound to the visitor cookie: no one else's answer signs a person in.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, type UserId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { PendingSignIn } from './oidc-sign-in.ts';

/** Time to sign in at the provider, including a second factor. */
export const LIFE_MS = 10 * 60_000;
export const FLOODED_LIFE_MS = 2 * 60_000;

export interface AwayPerson extends PendingSignIn {
  readonly visitor: string;
  readonly next: string;
}

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  again: z
    .object({ to: z.enum(['sign_in', 'link']).default('sign_in'), userId: idSchema<UserId>(), since: z.coerce.date() })
    .nullable(),
  next: z.string(),
});

export class PendingOidcSignIns {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async keep({ visitor, ...away }: AwayPerson, lifeMs = LIFE_MS): Promise<void> {
    const key = redisKeys.oidcSignIn(digestOf({ visitor, state: away.state }));
    await this.#redis.set(key, JSON.stringify(away), 'PX', lifeMs);
  }

  /** Removes the entry; null when it is unknown, expired, or another visitor's. */
  async take(which: Pick<AwayPerson, 'state' | 'visitor'>): Promise<Omit<AwayPerson, 'visitor'> | null> {
    const kept = await this.#redis.getdel(redisKeys.oidcSignIn(digestOf(which)));
    return kept === null ? null : pendingSchema.parse(JSON.parse(kept));
  }
}

function digestOf({ state, visitor }: Pick<AwayPerson, 'state' | 'visitor'>): string {
  return createHash('sha256').update(`${visitor}:${state}`).digest('hex');
}
