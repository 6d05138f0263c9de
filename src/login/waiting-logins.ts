// Counts and finds the login requests that wait for a person: of the installation, of an address, of a terminal. Only ids
// and times are kept here, scored by expiry, so that a node that dies leaves no request counted for ever.

import { PosternError } from '../errors.ts';
import { idFrom, type LoginRequestId } from '../ids.ts';
import { isInNetworks, terminalKey } from '../network-address.ts';
import { type RedisClient, runScript } from '../redis-client.ts';
import { redisKeys } from '../redis-keys.ts';
import { askStore } from './ask-store.ts';
import { COUNT_INDEX } from './scripts/count-index.ts';
import { ENTER_INDEX } from './scripts/enter-index.ts';
import { type Terminal, terminalDigest } from './terminal.ts';

/** Most login requests that may wait at a time (security.md, section 9). */
export interface WaitingLimits {
  readonly waitingPerAddress: number;
  readonly waitingInTotal: number;
  /** Networks that many people share: ten times as many per address. */
  readonly sharedNetworks: readonly string[];
}

const SHARED_NETWORK_FACTOR = 10;

/** Most requests of one terminal that a page lists. */
const MAX_LISTED = 100;

export class WaitingLogins {
  readonly #redis: RedisClient;
  readonly #limits: WaitingLimits;

  constructor({ redis, limits }: { redis: RedisClient; limits: WaitingLimits }) {
    this.#redis = redis;
    this.#limits = limits;
  }

  /** Counts a new request for `lifeMs`. Throws PosternError `too_many_requests` when a limit is reached, and counts nothing then. */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    const most = this.#limits.waitingInTotal;
    const isAdmitted =
      (await this.#add(ofAddress(terminal), id, { lifeMs, most: this.#mostOfAddress(terminal.address) })) &&
      (await this.#add(redisKeys.waitingLogins(), id, { lifeMs, most }));
    if (!isAdmitted) {
      await this.leave(id, terminal);
      throw new PosternError('too_many_requests');
    }
    await this.#add(ofTerminal(terminal), id, { lifeMs, most });
  }

  async leave(id: LoginRequestId, terminal: Terminal): Promise<void> {
    const indexes = [ofAddress(terminal), redisKeys.waitingLogins(), ofTerminal(terminal)];
    await askStore(() => Promise.all(indexes.map((index) => this.#redis.zrem(index, id))));
  }

  /** How many wait now, of this address (IPv6: its /64) and in the installation. */
  async count(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    const [ofThisAddress, inTotal] = await Promise.all([
      this.#countIn(redisKeys.waitingOfAddress(terminalKey(address))),
      this.#countIn(redisKeys.waitingLogins()),
    ]);
    return { ofAddress: ofThisAddress, inTotal };
  }

  /** Ids of one terminal, oldest first, at most 100; some may have ended by now. */
  async idsOfTerminal(terminal: Terminal): Promise<LoginRequestId[]> {
    const ids = await askStore(() => this.#redis.zrange(ofTerminal(terminal), 0, MAX_LISTED - 1));
    return ids.map((id) => idFrom<LoginRequestId>(id));
  }

  #mostOfAddress(address: string): number {
    const isShared = isInNetworks(address, this.#limits.sharedNetworks);
    return this.#limits.waitingPerAddress * (isShared ? SHARED_NETWORK_FACTOR : 1);
  }

  async #add(index: string, id: LoginRequestId, { lifeMs, most }: { lifeMs: number; most: number }): Promise<boolean> {
    const isIn = await askStore(() => runScript(this.#redis, ENTER_INDEX, { keys: [index], args: [id, lifeMs, most] }));
    return isIn === 1;
  }

  async #countIn(index: string): Promise<number> {
    return Number(await askStore(() => runScript(this.#redis, COUNT_INDEX, { keys: [index], args: [] })));
  }
}

const ofAddress = (terminal: Terminal) => redisKeys.waitingOfAddress(terminalKey(terminal.address));
const ofTerminal = (terminal: Terminal) => redisKeys.waitingOfTerminal(terminalDigest(terminal));
