// What leads to a login request: the secret in its link, stored in Redis only as its SHA-256, and
// the user code that a person may type instead. Both are mapped to the request's id.

import { createHash, randomBytes } from 'node:crypto';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { Secret } from '../../secret.ts';
import type { LoginRequest } from './login-request.ts';

export const TOKEN_BYTES = 16;
type Coded = Pick<LoginRequest, 'id' | 'userCode'>;

const TOKEN_PATTERN = /^[\w-]{22}$/;

export class LoginTokens {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** A new token for the request, valid for `keepMs`; it may be shown once this resolves. */
  async issue(request: Coded, keepMs: number): Promise<Secret> {
    const token = new Secret(randomBytes(TOKEN_BYTES).toString('base64url'));
    await this.keep(token, request, keepMs);
    return token;
  }

  /** For a token that the caller made; again for a longer time. */
  async keep(token: Secret, { id, userCode }: Coded, keepMs: number): Promise<void> {
    const keys = [keyOf(token.reveal()), redisKeys.loginCode(userCode)];
    await askStore(() => Promise.all(keys.map((key) => this.#redis.set(key, id, 'PX', keepMs))));
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

function keyOf(token: string): string {
  return redisKeys.loginToken(createHash('sha256').update(token).digest('hex'));
}
