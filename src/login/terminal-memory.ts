// What is remembered of a person and a terminal's address: approved from there before, "this was not me", and the login
// requests announced and not yet opened. Forgotten when Redis is; then the stronger step is asked again.

import type { LoginRequestId, UserId } from '../ids.ts';
import { terminalKey } from '../network-address.ts';
import type { RedisClient } from '../redis-client.ts';
import { redisKeys } from '../redis-keys.ts';
import { askStore } from './ask-store.ts';
import { ExpiringIndex } from './expiring-index.ts';

/** An approval from an address makes it known for this long (security.md, section 3). */
const KNOWN_FOR_MS = 30 * 86_400_000;
/** "Not me" blocks the address for that person only (security.md, section 9). */
const BLOCKED_FOR_MS = 15 * 60_000;
/** Most login requests announced to a person and not yet seen (security.md, section 9). */
const MOST_UNSEEN = 3;

/** IPv6 addresses count by their /64. */
export interface PersonAtAddress {
  readonly userId: UserId;
  readonly address: string;
}

export class TerminalMemory {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async rememberApproval(at: PersonAtAddress): Promise<void> {
    await askStore(() => this.#redis.set(approvedKey(at), '1', 'PX', KNOWN_FOR_MS));
  }

  /** True when the person has approved from this terminal address in the last 30 days. */
  async hasApproved(at: PersonAtAddress): Promise<boolean> {
    return (await askStore(() => this.#redis.exists(approvedKey(at)))) === 1;
  }

  /** "This was not me": blocks the address for this person for 15 minutes and forgets that it was known. */
  async block(at: PersonAtAddress): Promise<void> {
    await askStore(() => this.#redis.set(blockedKey(at), '1', 'PX', BLOCKED_FOR_MS));
    await askStore(() => this.#redis.del(approvedKey(at)));
  }

  async isBlocked(at: PersonAtAddress): Promise<boolean> {
    return (await askStore(() => this.#redis.exists(blockedKey(at)))) === 1;
  }

  /**
   * Whether a login request may be announced to the person: not from a blocked address, and not while three announced ones
   * are unseen. An admitted one counts until it is seen or `lifeMs` have passed.
   */
  async admitAnnouncement(id: LoginRequestId, to: PersonAtAddress, lifeMs: number): Promise<boolean> {
    if (await this.isBlocked(to)) return false;
    return await this.#unseen(to.userId).enter(id, { lifeMs, most: MOST_UNSEEN });
  }

  async markSeen(id: LoginRequestId, userId: UserId): Promise<void> {
    await this.#unseen(userId).leave(id);
  }

  readonly #unseen = (userId: UserId) => new ExpiringIndex(this.#redis, redisKeys.unseenLogins(userId));
}

const approvedKey = (at: PersonAtAddress) => redisKeys.approvedTerminal(at.userId, terminalKey(at.address));
const blockedKey = (at: PersonAtAddress) => redisKeys.blockedTerminal(at.userId, terminalKey(at.address));
