// People whose password was right and whose second step is missing. They are not signed in: a
// cookie of its own names them, for minutes, in the browser that typed the password.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, type UserId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';

export const SECOND_STEP_LIFE_MS = 10 * 60_000;

/** By what the person got half in; an identity is kept for the end of the provider's session. */
export type FirstStep =
  | { readonly kind: 'password' | 'reset' }
  | {
      readonly kind: 'identity';
      readonly identity: { readonly issuer: string; readonly subject: string; readonly sid: string | null };
    };

export interface HalfSignedIn {
  readonly userId: UserId;
  readonly first: FirstStep;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  /** As when the first step was compared; a later change, such as a new password, voids it. */
  readonly credentialsVersion: number;
}

interface Which {
  readonly visitor: string;
  readonly token: string;
}

const halfSchema = z.object({
  userId: idSchema<UserId>(),
  first: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['password', 'reset']) }),
    z.object({
      kind: z.literal('identity'),
      identity: z.object({ issuer: z.string(), subject: z.string(), sid: z.string().nullable() }),
    }),
  ]),
  next: z.string(),
  credentialsVersion: z.number(),
});

export class PendingSecondSteps {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async keep(which: Which, half: HalfSignedIn): Promise<void> {
    await this.#redis.set(redisKeys.secondStep(digestOf(which)), JSON.stringify(half), 'PX', SECOND_STEP_LIFE_MS);
  }

  /** Null when it is unknown, over, or another visitor's. */
  async find(which: Which): Promise<HalfSignedIn | null> {
    const kept = await this.#redis.get(redisKeys.secondStep(digestOf(which)));
    // Kept by a node of another version: it is typed again.
    return kept === null ? null : (halfSchema.safeParse(JSON.parse(kept)).data ?? null);
  }

  /** False when somebody has ended it before. */
  async end(which: Which): Promise<boolean> {
    return (await this.#redis.del(redisKeys.secondStep(digestOf(which)))) > 0;
  }
}

function digestOf({ visitor, token }: Which): string {
  return createHash('sha256').update(`${visitor}:${token}`).digest('hex');
}
