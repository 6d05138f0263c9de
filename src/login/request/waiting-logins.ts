// Counts and finds login requests that wait: in the installation, from an address, of a terminal.

import { PosternError } from '../../errors.ts';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { type NetworkList, parseNetworks, SHARED_NETWORK_FACTOR, terminalKey } from '../../network-address.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { type Terminal, terminalDigest } from './terminal.ts';

/** Limits for login requests that wait at the same time (docs/security.md, "Abuse limits"). */
export interface WaitingLimits {
  readonly waitingPerAddress: number;
  readonly waitingInTotal: number;
  /** Addresses in them may have ten times as many waiting requests. */
  readonly sharedNetworks: readonly string[];
}

const MAX_LISTED = 100;

export class WaitingLogins {
  readonly #redis: RedisClient;
  readonly #limits: WaitingLimits;
  readonly #sharedNetworks: NetworkList;
  readonly #log: Log;

  constructor({ redis, limits, log }: { redis: RedisClient; limits: WaitingLimits; log: Log }) {
    this.#redis = redis;
    this.#limits = limits;
    this.#sharedNetworks = parseNetworks(limits.sharedNetworks);
    this.#log = log;
  }

  /** Throws, uncounted, PosternError `too_many_requests` (address) or `overloaded` (in total). */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    const { waitingPerAddress, waitingInTotal } = this.#limits;
    const factor = this.#sharedNetworks.includes(terminal.address) ? SHARED_NETWORK_FACTOR : 1;
    const isOfAddress = await this.#ofAddress(terminal.address).enter(id, { lifeMs, most: waitingPerAddress * factor });
    if (!isOfAddress || !(await this.#inTotal().enter(id, { lifeMs, most: waitingInTotal }))) {
      await this.leave(id, terminal);
      throw new PosternError(isOfAddress ? 'overloaded' : 'too_many_requests');
    }
    await this.#ofTerminal(terminal).enter(id, { lifeMs, most: waitingInTotal });
  }

  /** For one without a connection. Throws PosternError `overloaded`. */
  async enterInTotal(id: LoginRequestId, lifeMs: number): Promise<void> {
    const { waitingInTotal: most } = this.#limits;
    if (!(await this.#inTotal().enter(id, { lifeMs, most }))) throw new PosternError('overloaded');
  }

  /** Never throws: a request that could not be removed counts until it expires. */
  async leave(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#leave(id, [this.#ofAddress(terminal.address), this.#inTotal(), this.#ofTerminal(terminal)]);
  }

  /** Counts in total only, or a retrying program would use up its address. Never throws. */
  async releaseAddressSlot(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#leave(id, [this.#ofAddress(terminal.address)]);
  }

  async #leave(id: LoginRequestId, indexes: readonly ExpiringIndex[]): Promise<void> {
    try {
      await Promise.all(indexes.map((index) => index.leave(id)));
    } catch (error) {
      this.#log.warn(
        { event: 'login.uncount_failed', err: error, login_request_id: id },
        'login request is counted as waiting until it expires',
      );
    }
  }

  async count(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    const [ofAddress, inTotal] = await Promise.all([this.#ofAddress(address).count(), this.#inTotal().count()]);
    return { ofAddress, inTotal };
  }

  /** Ids of one terminal's requests, newest first, at most 100; some may have ended since. */
  async idsOfTerminal(terminal: Terminal): Promise<LoginRequestId[]> {
    const ids = await this.#ofTerminal(terminal).ids(MAX_LISTED);
    return ids.map((id) => idFrom<LoginRequestId>(id));
  }

  readonly #inTotal = () => new ExpiringIndex(this.#redis, redisKeys.waitingLogins());
  readonly #ofAddress = (address: string) =>
    new ExpiringIndex(this.#redis, redisKeys.waitingOfAddress(terminalKey(address)));
  readonly #ofTerminal = (terminal: Terminal) =>
    new ExpiringIndex(this.#redis, redisKeys.waitingOfTerminal(terminalDigest(terminal)));
}
