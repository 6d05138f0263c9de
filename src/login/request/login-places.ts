// The places of login requests that nobody has opened yet: of an address, of a network, of the
// installation. Where none is left, one of the most crowded group gives way.

import { idFrom, type LoginRequestId } from '../../ids.ts';
import { broadNetworkKey, providerNetworkKey, terminalKey, wideNetworkKey } from '../../network-address.ts';
import { CrowdedIndex, type CrowdMember } from '../../redis/crowded-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { type PlaceHolder, redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { loginNameDigest, type Terminal, terminalDigest, type UserAtPlace } from './terminal.ts';
import type { Crowd, WaitingFigures } from './waiting-figures.ts';

// docs/security.md, "Grants": as long as a terminal belongs to its person.
const KNOWN_FOR_MS = 30 * 86_400_000;

interface LoginPlacesParts {
  readonly redis: RedisClient;
  readonly figures: WaitingFigures;
  /** Each kind has its own places: who comes again takes none of those who wait. */
  readonly of: PlaceHolder;
  /** Ends a request that has lost its place; one that has been decided since goes on. */
  readonly giveWay: (id: LoginRequestId, crowd: Crowd) => Promise<unknown>;
}

interface LoginPlace {
  readonly index: CrowdedIndex;
  readonly crowd: Crowd;
}

export class LoginPlaces {
  readonly #parts: LoginPlacesParts;

  constructor(parts: LoginPlacesParts) {
    this.#parts = parts;
  }

  /** Never refuses: others give way. False when this one had to, meanwhile. */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<boolean> {
    const member = memberOf(id, terminal, (await this.#isKnown(terminal)) ? '1' : '0');
    const entered: LoginPlace[] = [];
    for (const place of this.#placesOf(terminal)) {
      // NOTE: what gave way meanwhile must not push others out of the wider places.
      if (!(await holdsAll(entered, member))) break;
      await this.#enterPlace(member, place, { lifeMs, terminal });
      entered.push(place);
    }
    if (await holdsAll(entered, member)) return true;
    await this.#leaveAll(member);
    return false;
  }

  async leave(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#leaveAll(memberOf(id, terminal, '0'));
  }

  /** It let somebody in: strangers give way before its terminal from now on. */
  async remember(at: UserAtPlace): Promise<void> {
    const key = redisKeys.knownTerminal(loginNameDigest(at));
    await askStore(() => this.#parts.redis.set(key, '1', 'PX', KNOWN_FOR_MS));
  }

  async #isKnown(at: UserAtPlace): Promise<boolean> {
    return (await askStore(() => this.#parts.redis.exists(redisKeys.knownTerminal(loginNameDigest(at))))) === 1;
  }

  async count(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    const [ofAddress, inTotal] = await Promise.all([
      this.#ofAddress(terminalKey(address)).count(),
      this.#inTotal().count(),
    ]);
    return { ofAddress, inTotal };
  }

  async #enterPlace(
    member: CrowdMember,
    { index, crowd }: LoginPlace,
    { lifeMs, terminal }: { readonly lifeMs: number; readonly terminal: Terminal },
  ): Promise<void> {
    const { figures, giveWay } = this.#parts;
    const other = await index.enter(member, { lifeMs, most: figures.mostIn(crowd, terminal.address) });
    if (other === null) return;
    await this.#leaveAll(other);
    await giveWay(idFrom<LoginRequestId>(other.id), crowd);
  }

  #placesOf({ address }: Terminal): readonly LoginPlace[] {
    return [
      { index: this.#ofAddress(terminalKey(address)), crowd: 'too_many_waiting_of_address' },
      { index: this.#ofNetwork(broadNetworkKey(address)), crowd: 'too_many_waiting_of_network' },
      { index: this.#inTotal(), crowd: 'too_many_waiting' },
    ];
  }

  async #leaveAll(member: CrowdMember): Promise<void> {
    const [, network = '', , address = ''] = member.groups;
    const places = [this.#ofAddress(address), this.#ofNetwork(network), this.#inTotal()];
    await Promise.all(places.map((place) => place.leave(member)));
  }

  readonly #inTotal = () => new CrowdedIndex(this.#parts.redis, redisKeys.placesInTotal(this.#parts.of));
  readonly #ofAddress = (key: string) =>
    new CrowdedIndex(this.#parts.redis, redisKeys.placesOfAddress(this.#parts.of, key));
  readonly #ofNetwork = (key: string) =>
    new CrowdedIndex(this.#parts.redis, redisKeys.placesOfNetwork(this.#parts.of, key));
}

async function holdsAll(places: readonly LoginPlace[], member: CrowdMember): Promise<boolean> {
  const held = await Promise.all(places.map(({ index }) => index.has(member)));
  return held.every(Boolean);
}

/** By networks, then address, then the name that is asked for there. */
function memberOf(id: LoginRequestId, terminal: Terminal, rank: CrowdMember['rank']): CrowdMember {
  const { address } = terminal;
  const networks = [providerNetworkKey(address), broadNetworkKey(address), wideNetworkKey(address)];
  return { id, groups: [...networks, terminalKey(address), groupOfName(terminal)], rank };
}

/** A device says no name until it connects, but which program it is: a flood knows that less. */
function groupOfName(terminal: Terminal): string {
  return terminal.requestedUser === '' ? terminalDigest(terminal) : loginNameDigest(terminal);
}
