// Challenges for passkeys, stored in Redis, so that any node takes the answer: bound to the
// visitor cookie, to what they are for and to the person, and used once.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, type UserId } from '../../../ids.ts';
import { FloodRing } from '../../../redis/flood-ring.ts';
import type { RedisClient } from '../../../redis/redis-client.ts';
import { redisKeys } from '../../../redis/redis-keys.ts';
import { jsonOrNull } from '../../../untrusted-text.ts';

/** As long as a browser is told to wait (passkey-ceremonies.ts). */
const LIFE_MS = 5 * 60_000;
const FLOODED_LIFE_MS = 60_000;

export interface AskedPasskey {
  readonly purpose: 'sign_in' | 'register';
  /** The signed-in person that it must be; null: whoever comes. */
  readonly userId: UserId | null;
}

interface Which {
  readonly visitor: string;
  readonly challenge: string;
}

const askedSchema = z.object({ purpose: z.enum(['sign_in', 'register']), userId: idSchema<UserId>().nullable() });
const answerSchema = z.object({ response: z.object({ clientDataJSON: z.string().max(16_384) }) });
const clientDataSchema = z.object({ challenge: z.string().max(512) });

export class PendingPasskeys {
  readonly #redis: RedisClient;
  readonly #flood: FloodRing;

  constructor(redis: RedisClient) {
    this.#redis = redis;
    this.#flood = new FloodRing(redis, 'passkey');
  }

  async keep(which: Which, asked: AskedPasskey): Promise<void> {
    await this.#redis.set(redisKeys.passkeyChallenge(digestOf(which)), JSON.stringify(asked), 'PX', LIFE_MS);
  }

  /** One of very many from its address: for a shorter time, and the oldest of them go. */
  async keepOfMany(which: Which, asked: AskedPasskey, address: string): Promise<void> {
    const key = redisKeys.passkeyChallenge(digestOf(which));
    await this.#redis.set(key, JSON.stringify(asked), 'PX', FLOODED_LIFE_MS);
    await this.#flood.enter([key], { address, lifeMs: FLOODED_LIFE_MS });
  }

  /** Removes it; null when it is unknown, used, expired, or another visitor's. */
  async take(which: Which): Promise<AskedPasskey | null> {
    const kept = await this.#redis.getdel(redisKeys.passkeyChallenge(digestOf(which)));
    return kept === null ? null : askedSchema.parse(JSON.parse(kept));
  }
}

/** The challenge that the browser says it answers; null for what is no answer. */
export function challengeOf(answer: unknown): string | null {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return null;
  const json = jsonOrNull(Buffer.from(parsed.data.response.clientDataJSON, 'base64url').toString());
  return clientDataSchema.safeParse(json).data?.challenge ?? null;
}

function digestOf({ visitor, challenge }: Which): string {
  return createHash('sha256').update(`${visitor}:${challenge}`).digest('hex');
}
