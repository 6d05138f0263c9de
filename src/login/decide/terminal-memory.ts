// Remembers that a person reported a terminal's address. Approved terminals are in the catalogue.

import type { UserId } from '../../ids.ts';
import { terminalKey } from '../../network-address.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { ProvenNetworks, type TerminalAndBrowser } from '../request/proven-networks.ts';

/** "This was not me" blocks the address for that person only (docs/security.md, "Abuse limits"). */
const BLOCKED_FOR_MS = 15 * 60_000;

export interface PersonAtAddress {
  readonly userId: UserId;
  readonly address: string;
}

export class TerminalMemory {
  readonly #redis: RedisClient;
  readonly #proven: ProvenNetworks;

  constructor(redis: RedisClient) {
    this.#redis = redis;
    this.#proven = new ProvenNetworks(redis);
  }

  /** Whether a reverse code has proven this pair of networks for the person. */
  async areNetworksProven(where: TerminalAndBrowser): Promise<boolean> {
    return await this.#proven.areProven(where);
  }

  /** Also forgets which networks were proven: one of them may be the stranger's. */
  async block(at: PersonAtAddress): Promise<void> {
    await askStore(() => this.#redis.set(blockedKey(at), '1', 'PX', BLOCKED_FOR_MS));
    await this.#proven.forget(at.userId);
  }

  async unblock(at: PersonAtAddress): Promise<void> {
    await askStore(() => this.#redis.del(blockedKey(at)));
  }

  async isBlocked(at: PersonAtAddress): Promise<boolean> {
    return (await askStore(() => this.#redis.exists(blockedKey(at)))) === 1;
  }
}

const blockedKey = (at: PersonAtAddress) => redisKeys.blockedTerminal(at.userId, terminalKey(at.address));
