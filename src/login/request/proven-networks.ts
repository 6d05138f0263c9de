// Remembers from which pairs of networks a reverse code has proven a person's terminal: a browser
// over IPv6 and psql over IPv4, for example, which no comparison of addresses brings together.

import type { UserId } from '../../ids.ts';
import { terminalKey } from '../../network-address.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { type Located, localityOf } from './locality.ts';

const PROVEN_FOR_MS = 30 * 24 * 3_600_000;

export interface TerminalAndBrowser {
  readonly userId: UserId;
  readonly terminal: Located;
  readonly browserAddress: string;
}

export class ProvenNetworks {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async remember(where: TerminalAndBrowser): Promise<void> {
    if (!isTelling(where)) return;
    await askStore(() => this.#redis.set(keyOf(where), String(Date.now()), 'PX', PROVEN_FOR_MS));
  }

  /** Everything that was proven for the person: they reported a login that was not theirs. */
  async forget(userId: UserId): Promise<void> {
    const key = redisKeys.forgottenNetworks(userId);
    await askStore(() => this.#redis.set(key, String(Date.now()), 'PX', PROVEN_FOR_MS));
  }

  async areProven(where: TerminalAndBrowser): Promise<boolean> {
    if (!isTelling(where)) return false;
    const [provenAt, forgottenAt] = await askStore(() =>
      Promise.all([this.#redis.get(keyOf(where)), this.#redis.get(redisKeys.forgottenNetworks(where.userId))]),
    );
    return provenAt !== null && Number(provenAt) > Number(forgottenAt ?? 0);
  }
}

/** Behind a forward everybody has one address, which tells nothing of the next person. */
function isTelling({ terminal }: TerminalAndBrowser): boolean {
  return localityOf(terminal).kind === 'remote';
}

function keyOf({ userId, terminal, browserAddress }: TerminalAndBrowser): string {
  return redisKeys.provenNetworks(userId, terminalKey(terminal.address), terminalKey(browserAddress));
}
