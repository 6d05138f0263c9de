// Counts and finds login requests that wait: in the installation, from an address, of a terminal.

import { PosternError } from '../../errors.ts';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import {
  broadNetworkKey,
  type NetworkList,
  parseNetworks,
  SHARED_NETWORK_FACTOR,
  terminalKey,
} from '../../network-address.ts';
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

/** Of all places, for one /16 or /48: one operator's addresses leave room for everybody else. */
const LARGEST_NETWORK_SHARE = 1 / 2;
const MAX_LISTED = 100;

interface WaitingPlace {
  readonly index: ExpiringIndex;
  readonly most: number;
  readonly refusal: 'too_many_waiting_of_address' | 'too_many_waiting_of_network' | 'too_many_waiting';
}

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

  /** Throws, uncounted, PosternError `too_many_requests` (address, network), `overloaded` (all). */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    const most = this.#mostOfAddress(terminal);
    const ofAddress = {
      index: this.#ofAddress(terminal.address),
      most,
      refusal: 'too_many_waiting_of_address',
    } as const;
    await this.#enterAll(id, terminal, { lifeMs, places: [ofAddress, ...this.#commonPlaces(terminal)] });
    await this.#ofTerminal(terminal).enter(id, { lifeMs, most: this.#limits.waitingInTotal });
  }

  /** For one without a connection. Throws as `enter` does, but counts for no address. */
  async enterUnattended(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    await this.#enterAll(id, terminal, { lifeMs, places: this.#commonPlaces(terminal) });
  }

  async #enterAll(
    id: LoginRequestId,
    terminal: Terminal,
    { lifeMs, places }: { readonly lifeMs: number; readonly places: readonly WaitingPlace[] },
  ): Promise<void> {
    for (const { index, most, refusal } of places) {
      if (await index.enter(id, { lifeMs, most })) continue;
      await this.leave(id, terminal);
      throw new PosternError(refusal, { params: { limit: String(most) } });
    }
  }

  #mostOfAddress({ address }: Terminal): number {
    const factor = this.#sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1;
    return this.#limits.waitingPerAddress * factor;
  }

  /** Shared with others: the network's and the installation's. */
  #commonPlaces(terminal: Terminal): readonly WaitingPlace[] {
    const { waitingInTotal } = this.#limits;
    const ofNetwork = Math.max(this.#mostOfAddress(terminal), Math.floor(waitingInTotal * LARGEST_NETWORK_SHARE));
    return [
      { index: this.#ofNetwork(terminal.address), most: ofNetwork, refusal: 'too_many_waiting_of_network' },
      { index: this.#inTotal(), most: waitingInTotal, refusal: 'too_many_waiting' },
    ];
  }

  /** Never throws: a request that could not be removed counts until it expires. */
  async leave(id: LoginRequestId, terminal: Terminal): Promise<void> {
    const { address } = terminal;
    const ofPlaces = [this.#ofAddress(address), this.#ofNetwork(address), this.#inTotal()];
    await this.#leave(id, [...ofPlaces, this.#ofTerminal(terminal)]);
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
  readonly #ofNetwork = (address: string) =>
    new ExpiringIndex(this.#redis, redisKeys.waitingOfNetwork(broadNetworkKey(address)));
  readonly #ofTerminal = (terminal: Terminal) =>
    new ExpiringIndex(this.#redis, redisKeys.waitingOfTerminal(terminalDigest(terminal)));
}
