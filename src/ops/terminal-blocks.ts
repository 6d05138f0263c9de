// Terminals that a person reported with "this was not me": for a while, nothing from there may be approved by that person.
// Concerns that person only; everybody else at the address is untouched.

import type { UserId } from '../ids.ts';
import { terminalKey } from '../network-address.ts';
import type { RedisClient } from '../redis-client.ts';
import { redisKeys } from '../redis-keys.ts';

export const TERMINAL_BLOCK_MS = 15 * 60_000;

export interface TerminalOfPerson {
  readonly userId: UserId;
  readonly address: string;
}

export class TerminalBlocks {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Blocks for 15 minutes from now, also when it was blocked already. Throws when Redis is away. */
  async block({ userId, address }: TerminalOfPerson): Promise<void> {
    await this.#redis.set(redisKeys.terminalBlock(userId, terminalKey(address)), '1', 'PX', TERMINAL_BLOCK_MS);
  }

  /** Throws when Redis is away. */
  async isBlocked({ userId, address }: TerminalOfPerson): Promise<boolean> {
    return (await this.#redis.exists(redisKeys.terminalBlock(userId, terminalKey(address)))) === 1;
  }
}
