// The places of login requests whose connections wait and that nobody has opened yet: of the
// installation, of a network, of an address. Where none is left, one of the most crowded group
// gives way. Also finds the requests of a terminal.

import { idFrom, type LoginRequestId, type UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { broadNetworkKey, terminalKey, wideNetworkKey } from '../../network-address.ts';
import { CrowdedIndex, type CrowdMember } from '../../redis/crowded-index.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { KnownTerminals } from './known-terminals.ts';
import { loginNameDigest, type Terminal, terminalDigest } from './terminal.ts';
import type { Crowd, WaitingFigures } from './waiting-figures.ts';

const MAX_LISTED = 100;

interface WaitingPlace {
  readonly index: CrowdedIndex;
  readonly crowd: Crowd;
}

interface WaitingParts {
  readonly redis: RedisClient;
  readonly figures: WaitingFigures;
  readonly log: Log;
  /** Ends a request that has lost its place; one that has been decided since goes on. */
  readonly giveWay: (id: LoginRequestId, crowd: Crowd) => Promise<unknown>;
}

export class WaitingLogins {
  readonly #parts: WaitingParts;
  readonly #known: KnownTerminals;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
    this.#known = new KnownTerminals(parts.redis);
  }

  /** Never refuses: others give way. */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    const isKnown = await this.#known.has(terminal);
    const member = memberOf(id, terminal, isKnown ? '1' : '0');
    const entered: WaitingPlace[] = [];
    for (const place of this.#placesOf(terminal)) {
      // NOTE: what gave way meanwhile must not push others out of the wider places.
      if (!(await holdsAll(entered, member))) break;
      await this.#enterPlace(member, place, { lifeMs, terminal });
      entered.push(place);
    }
    if (!(await holdsAll(entered, member))) return await this.#leaveAll(member);
    const most = this.#parts.figures.mostIn('too_many_waiting', terminal.address);
    await this.#ofTerminal(terminal).enter(id, { lifeMs, most });
  }

  /** A person looks at it: it counts for the person from now on, and for no place. Never throws. */
  async beOpened(id: LoginRequestId, terminal: Terminal, by: { userId: UserId; lifeMs: number }): Promise<void> {
    const place: WaitingPlace = { index: this.#openedBy(by.userId), crowd: 'too_many_opened' };
    await this.#note(id, async () => {
      await this.#leaveAll(memberOf(id, terminal, '0'));
      await this.#enterPlace({ id, groups: [], rank: '0' }, place, { lifeMs: by.lifeMs, terminal });
    });
  }

  async #enterPlace(
    member: CrowdMember,
    { index, crowd }: WaitingPlace,
    { lifeMs, terminal }: { readonly lifeMs: number; readonly terminal: Terminal },
  ): Promise<void> {
    const { figures, giveWay } = this.#parts;
    const other = await index.enter(member, { lifeMs, most: figures.mostIn(crowd, terminal.address) });
    if (other === null) return;
    if (crowd !== 'too_many_opened') await this.#leaveAll(other);
    await giveWay(idFrom<LoginRequestId>(other.id), crowd);
  }

  #placesOf({ address }: Terminal): readonly WaitingPlace[] {
    return [
      { index: this.#ofAddress(terminalKey(address)), crowd: 'too_many_waiting_of_address' },
      { index: this.#ofNetwork(broadNetworkKey(address)), crowd: 'too_many_waiting_of_network' },
      { index: this.#inTotal(), crowd: 'too_many_waiting' },
    ];
  }

  /** Never throws: a request that could not be removed counts until it expires. */
  async leave(id: LoginRequestId, terminal: Terminal, openedBy: UserId | null): Promise<void> {
    await this.#note(id, async () => {
      const ofPerson = openedBy === null ? null : this.#openedBy(openedBy).leave({ id, groups: [], rank: '0' });
      const member = memberOf(id, terminal, '0');
      await Promise.all([this.#leaveAll(member), this.#ofTerminal(terminal).leave(id), ofPerson]);
    });
  }

  /** Without its connection it holds no place. Never throws. */
  async leavePlaces(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#note(id, () => this.#leaveAll(memberOf(id, terminal, '0')));
  }

  /** It let somebody in: strangers give way before its terminal from now on. Never throws. */
  async remember(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#note(id, () => this.#known.add(terminal));
  }

  async #leaveAll(member: CrowdMember): Promise<void> {
    const [network = '', , address = ''] = member.groups;
    const places = [this.#ofAddress(address), this.#ofNetwork(network), this.#inTotal()];
    await Promise.all(places.map((place) => place.leave(member)));
  }

  async #note(id: LoginRequestId, change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.#parts.log.warn(
        { event: 'login.uncount_failed', err: error, login_request_id: id },
        'the place of a login request is out of date until it expires',
      );
    }
  }

  async count(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    const places = [this.#ofAddress(terminalKey(address)), this.#inTotal()] as const;
    const [ofAddress, inTotal] = await Promise.all([places[0].count(), places[1].count()]);
    return { ofAddress, inTotal };
  }

  /** Ids of one terminal's requests, newest first, at most 100; some may have ended since. */
  async idsOfTerminal(terminal: Terminal): Promise<LoginRequestId[]> {
    const ids = await this.#ofTerminal(terminal).ids(MAX_LISTED);
    return ids.map((id) => idFrom<LoginRequestId>(id));
  }

  readonly #inTotal = () => new CrowdedIndex(this.#parts.redis, redisKeys.waitingLogins());
  readonly #ofAddress = (key: string) => new CrowdedIndex(this.#parts.redis, redisKeys.waitingOfAddress(key));
  readonly #ofNetwork = (key: string) => new CrowdedIndex(this.#parts.redis, redisKeys.waitingOfNetwork(key));
  readonly #openedBy = (userId: UserId) => new CrowdedIndex(this.#parts.redis, redisKeys.openedLogins(userId));
  readonly #ofTerminal = (terminal: Terminal) =>
    new ExpiringIndex(this.#parts.redis, redisKeys.waitingOfTerminal(terminalDigest(terminal)));
}

async function holdsAll(places: readonly WaitingPlace[], member: CrowdMember): Promise<boolean> {
  const held = await Promise.all(places.map(({ index }) => index.has(member)));
  return held.every(Boolean);
}

/** By network, then address, then the name that is asked for there. */
function memberOf(id: LoginRequestId, terminal: Terminal, rank: CrowdMember['rank']): CrowdMember {
  const { address } = terminal;
  const places = [broadNetworkKey(address), wideNetworkKey(address), terminalKey(address)];
  return { id, groups: [...places, loginNameDigest(terminal)], rank };
}
