// Reads and changes the Redis records of login requests, one script each. LoginRequests decides
// which change is allowed.

import type { LoginRequestId } from '../../ids.ts';
import { askStore } from '../../redis/ask-redis.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisChannels, redisKeys } from '../../redis/redis-keys.ts';
import { type RedisScript, runScript } from '../../redis/redis-script.ts';
import { READ_LOGIN_REQUEST } from '../scripts/read-login-request.ts';
import { type LoginRecord, type LoginScriptOutcome, parseLoginAnswer } from './login-record.ts';

export class LoginRecords {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** For scripts that begin with the prelude. Throws PosternError `store_unavailable`. */
  async run(
    script: RedisScript,
    id: LoginRequestId,
    details: object,
  ): Promise<{ outcome: LoginScriptOutcome; record: LoginRecord | null }> {
    const keys = [redisKeys.loginRequest(id)];
    const args = [id, redisChannels.loginRequests(), JSON.stringify(details)];
    return parseLoginAnswer(await askStore(() => runScript(this.#redis, script, { keys, args })));
  }

  /** The current record, after any move that was due by time; null when it is not stored. */
  async read(id: LoginRequestId): Promise<LoginRecord | null> {
    const { record } = await this.run(READ_LOGIN_REQUEST, id, {});
    return record;
  }

  /** The version of the record, far cheaper than reading it; null when it is not stored. */
  async version(id: LoginRequestId): Promise<string | null> {
    return await askStore(() => this.#redis.hget(redisKeys.loginRequest(id), 'version'));
  }
}
