// Which login requests count where: until a person opens them, those whose connections wait and
// those offered to clients that come again, then for the person. Also finds those of a terminal.

import { idFrom, type LoginRequestId, type UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { CrowdedIndex } from '../../redis/crowded-index.ts';
import { ExpiringIndex } from '../../redis/expiring-index.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { type PlaceHolder, redisKeys } from '../../redis/redis-keys.ts';
import { LoginPlaces } from './login-places.ts';
import { type Terminal, terminalDigest } from './terminal.ts';
import type { Crowd, WaitingFigures } from './waiting-figures.ts';

const MAX_LISTED = 100;
const MOST_OPENED = 1_000;

/** By what holds the place: ends a request that has lost it. */
export type GiveWay = Readonly<Record<PlaceHolder, (id: LoginRequestId, crowd: Crowd) => Promise<unknown>>>;

interface WaitingParts {
  readonly redis: RedisClient;
  readonly figures: WaitingFigures;
  readonly log: Log;
  readonly giveWay: GiveWay;
}

export class WaitingLogins {
  readonly #parts: WaitingParts;
  readonly #waiting: LoginPlaces;
  readonly #offered: LoginPlaces;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
    this.#waiting = new LoginPlaces({ ...parts, of: 'waiting', giveWay: parts.giveWay.waiting });
    this.#offered = new LoginPlaces({ ...parts, of: 'offered', giveWay: parts.giveWay.offered });
  }

  /** Never refuses: others give way. */
  async enter(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    if (!(await this.#waiting.enter(id, terminal, lifeMs))) return;
    await this.#enterOfTerminal(id, terminal, lifeMs);
  }

  async #enterOfTerminal(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    const most = this.#parts.figures.mostIn('too_many_waiting', terminal.address);
    await this.#ofTerminal(terminal).enter(id, { lifeMs, most });
  }

  /** A link that a client was shown without waiting for it. Never refuses, as `enter`. */
  async enterOffered(id: LoginRequestId, terminal: Terminal, lifeMs: number): Promise<void> {
    await this.#offered.enter(id, terminal, lifeMs);
  }

  /** A person looks at it: it counts for the person from now on, and for no place. Never throws. */
  async beOpened(id: LoginRequestId, terminal: Terminal, by: { userId: UserId; lifeMs: number }): Promise<void> {
    const { figures, giveWay } = this.#parts;
    const crowd = 'too_many_opened';
    await this.#note(id, async () => {
      await this.#leavePlaces(id, terminal);
      await this.#enterOfTerminal(id, terminal, by.lifeMs);
      const most = figures.mostIn(crowd, terminal.address);
      const other = await this.#openedBy(by.userId).enter(openedMember(id), { lifeMs: by.lifeMs, most });
      if (other !== null) await giveWay.waiting(idFrom<LoginRequestId>(other.id), crowd);
    });
  }

  /** Never throws: a request that could not be removed counts until it expires. */
  async leave(id: LoginRequestId, terminal: Terminal, openedBy: UserId | null): Promise<void> {
    await this.#note(id, async () => {
      const ofPerson = openedBy === null ? null : this.#openedBy(openedBy).leave(openedMember(id));
      await Promise.all([this.#leavePlaces(id, terminal), this.#ofTerminal(terminal).leave(id), ofPerson]);
    });
  }

  /** Without its connection it holds no place. Never throws. */
  async leavePlaces(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#note(id, () => this.#leavePlaces(id, terminal));
  }

  async #leavePlaces(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await Promise.all([this.#waiting.leave(id, terminal), this.#offered.leave(id, terminal)]);
  }

  /** It let somebody in: strangers give way before its terminal from now on. Never throws. */
  async remember(id: LoginRequestId, terminal: Terminal): Promise<void> {
    await this.#note(id, () => this.#waiting.remember(terminal));
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

  /** Of those whose connections wait. */
  async count(address: string): Promise<{ ofAddress: number; inTotal: number }> {
    return await this.#waiting.count(address);
  }

  /** Ids of one terminal's requests, newest first, at most 100; some may have ended since. */
  async idsOfTerminal(terminal: Terminal): Promise<LoginRequestId[]> {
    const ids = await this.#ofTerminal(terminal).ids(MAX_LISTED);
    return ids.map((id) => idFrom<LoginRequestId>(id));
  }

  /** Ids of what the person opened, at most 1,000; some may have ended since. */
  async idsOpenedBy(userId: UserId): Promise<LoginRequestId[]> {
    const members = await this.#openedBy(userId).members(MOST_OPENED);
    return members.map(({ id }) => idFrom<LoginRequestId>(id));
  }

  readonly #openedBy = (userId: UserId) => new CrowdedIndex(this.#parts.redis, redisKeys.openedLogins(userId));
  readonly #ofTerminal = (terminal: Terminal) =>
    new ExpiringIndex(this.#parts.redis, redisKeys.waitingOfTerminal(terminalDigest(terminal)));
}

function openedMember(id: LoginRequestId) {
  return { id, groups: [], rank: '0' } as const;
}
