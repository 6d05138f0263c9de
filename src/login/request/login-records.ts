// Reads and changes the records of login requests in Redis, each by one script. Knows how a record is reached; which change
// is right, LoginRequests says.

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

  /** Runs a script that begins with the login request prelude. Throws PosternError `store_unavailable`. */
  async run(
    script: RedisScript,
    id: LoginRequestId,
    details: object,
  ): Promise<{ outcome: LoginScriptOutcome; record: LoginRecord | null }> {
    const keys = [redisKeys.loginRequest(id)];
    const args = [id, redisChannels.loginRequests(), JSON.stringify(details)];
    return parseLoginAnswer(await askStore(() => runScript(this.#redis, script, { keys, args })));
  }

  /** The record as it is now, after the move that time alone may have made; null when it is not kept. */
  async read(id: LoginRequestId): Promise<LoginRecord | null> {
    const { record } = await this.run(READ_LOGIN_REQUEST, id, {});
    return record;
  }

  /** The record's count of changes, at a fraction of a reading's cost; null when it is not kept. */
  async version(id: LoginRequestId): Promise<string | null> {
    return await askStore(() => this.#redis.hget(redisKeys.loginRequest(id), 'version'));
  }
}
