// What leads to a login request: the secret in its link, stored in Redis only as its SHA-256, and
// the user code that a person may type instead. Both are mapped to the request's id.

import { createHash, randomBytes } from 'node:crypto';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import { FloodRing } from '../../redis/flood-ring.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { Secret } from '../../secret.ts';
import { KEPT_MS } from '../scripts/login-request-scripts.ts';
import type { LoginRequest } from './login-request.ts';

export const TOKEN_BYTES = 16;
type Coded = Pick<LoginRequest, 'id' | 'userCode'>;

interface Issue {
  /** The time to decide. */
  readonly ttlMs: number;
  /** Beyond it. */
  readonly keepMs: number;
  /** The terminal's. */
  readonly address: string;
}

const TOKEN_PATTERN = /^[\w-]{22}$/;

export class LoginTokens {
  readonly #redis: RedisClient;
  readonly #flood: FloodRing;

  constructor(redis: RedisClient) {
    this.#redis = redis;
    this.#flood = new FloodRing(redis, 'login');
  }

  /** A new token for the request; it may be shown once this resolves. */
  async issue(request: Coded, { ttlMs, keepMs, address }: Issue): Promise<Secret> {
    const token = new Secret(randomBytes(TOKEN_BYTES).toString('base64url'));
    const lifeMs = ttlMs + keepMs;
    await this.keep(token, request, lifeMs);
    // One of very many: those before it have given way long ago.
    if (keepMs < KEPT_MS) await this.#flood.enter(keysOf(token, request), { address, lifeMs });
    return token;
  }

  /** For a token that the caller made; again for a longer time. */
  async keep(token: Secret, { id, userCode }: Coded, keepMs: number): Promise<void> {
    const keys = keysOf(token, { userCode });
    await askStore(() => Promise.all(keys.map((key) => this.#redis.set(key, id, 'PX', keepMs))));
  }

  async forget(token: Secret, { userCode }: Coded): Promise<void> {
    const keys = keysOf(token, { userCode });
    await askStore(() => Promise.all(keys.map((key) => this.#redis.del(key))));
  }

  /** Null for a code that no terminal shows. `userCode` is normalised. */
  async findRequestIdOfCode(userCode: string): Promise<LoginRequestId | null> {
    const id = await askStore(() => this.#redis.get(redisKeys.loginCode(userCode)));
    return id === null ? null : idFrom<LoginRequestId>(id);
  }

  /** Null for a token that is malformed, unknown or expired. */
  async findRequestId(token: string): Promise<LoginRequestId | null> {
    if (!TOKEN_PATTERN.test(token)) return null;
    const id = await askStore(() => this.#redis.get(keyOf(token)));
    return id === null ? null : idFrom<LoginRequestId>(id);
  }
}

function keysOf(token: Secret, { userCode }: Pick<Coded, 'userCode'>): string[] {
  return [keyOf(token.reveal()), redisKeys.loginCode(userCode)];
}

function keyOf(token: string): string {
  return redisKeys.loginToken(createHash('sha256').update(token).digest('hex'));
}
