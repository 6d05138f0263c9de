// The abuse limits: what is counted under which key. Without Redis each node counts alone.

import type { ConnectionCaps } from '../fleet/connection-counts.ts';
import type { UserId } from '../ids.ts';
import type { Log } from '../log.ts';
import {
  cancelNetworkKey,
  type NetworkList,
  parseNetworks,
  SHARED_NETWORK_FACTOR,
  terminalKey,
  wideNetworkKey,
} from '../network-address.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { type Count, digest, passwordCounts, signInCounts } from './counts.ts';
import {
  CONNECTION_CAPS,
  LIMIT_RULES,
  type LimitFigures,
  type LimitName,
  type LimitRule,
  type LimitRuleName,
  RATES_OF_PLAIN_USE,
} from './limit-rules.ts';
import { type LimitVerdict, RateLimiter } from './rate-limiter.ts';

export type { LimitVerdict } from './rate-limiter.ts';

const QUIET_MS = 1_000;
/** Remembered addresses; beyond this number all are forgotten. */
const MAX_REMEMBERED = 10_000;

interface LimitsOptions {
  /** A client for `limiter`. */
  readonly redis: RedisClient;
  readonly log: Log;
  readonly figures?: LimitFigures;
  /** Called for every refusal, for the metrics. */
  readonly onLimited?: (limit: LimitName) => void;
}

export class Limits {
  readonly #redis: RedisClient;
  readonly #figures: LimitFigures;
  readonly #refusals: RefusalLog;
  readonly #onLimited: (limit: LimitName) => void;
  readonly #sharedNetworks: NetworkList;
  readonly #unlimitedNetworks: NetworkList;
  readonly #limiters = new Map<string, RateLimiter>();

  constructor({ redis, log, figures = {}, onLimited = () => {} }: LimitsOptions) {
    this.#redis = redis;
    this.#figures = figures;
    this.#refusals = new RefusalLog(log);
    this.#onLimited = onLimited;
    this.#sharedNetworks = parseNetworks(figures.sharedNetworks ?? []);
    this.#unlimitedNetworks = parseNetworks(figures.unlimitedNetworks ?? []);
  }

  /** A TCP connect; the caller closes one that is `limited` without an answer. */
  connect(address: string): Promise<LimitVerdict> {
    return this.#consume([{ rule: 'connects', key: terminalKey(address), address }]);
  }

  loginRequest(address: string): Promise<LimitVerdict> {
    return this.#consume([
      { rule: 'login_requests_of_address', key: terminalKey(address), address },
      { rule: 'login_requests_of_network', key: wideNetworkKey(address), address },
    ]);
  }

  /** An opened link that is unknown or another person's; `userId` is null without a session. */
  unknownLink({ address, userId }: { address: string; userId: UserId | null }): Promise<LimitVerdict> {
    const ofPerson: Count[] = userId === null ? [] : [{ rule: 'unknown_links_of_person', key: userId, address }];
    return this.#consume([{ rule: 'unknown_links_of_address', key: terminalKey(address), address }, ...ofPerson]);
  }

  /** Counts an attempt to sign in before the password is checked, so that parallel tries count. */
  signInAttempt(who: { email: string; address: string }): Promise<LimitVerdict> {
    return this.#consume(signInCounts(who));
  }

  /** Forgets the failures of the account from this address, and one attempt of the address. */
  async signInSucceeded(who: { email: string; address: string }): Promise<void> {
    const [ofAccount, ofAddress] = signInCounts(who);
    await this.#limiter(ofAccount.rule, who.address).forget(ofAccount.key);
    await this.#limiter(ofAddress.rule, who.address).giveBack(ofAddress.key);
  }

  identitySignIn(address: string): Promise<LimitVerdict> {
    return this.#consume([{ rule: 'identity_sign_ins', key: terminalKey(address), address }]);
  }

  /** By the recipient's e-mail or the invitation's id; the sender is a person or a key. */
  invitation({
    sender,
    recipient,
    address,
  }: Record<'sender' | 'recipient' | 'address', string>): Promise<LimitVerdict> {
    const key = digest(`${sender}:${recipient.trim().toLowerCase()}`);
    return this.#consume([{ rule: 'invitations_of_recipient', key, address }]);
  }

  /** Counts nothing, since pools open many good connections at once. */
  passwordDoor(who: { address: string; name: string }): Promise<LimitVerdict> {
    return this.#ask(passwordCounts(who), (limiter, key) => limiter.peek(key));
  }

  failedPassword(who: { address: string; name: string }): Promise<LimitVerdict> {
    return this.#consume(passwordCounts(who));
  }

  cancelRequest(address: string): Promise<LimitVerdict> {
    return this.#consume([{ rule: 'cancel_requests', key: cancelNetworkKey(address), address }]);
  }

  /** A call of the management API; `route` is the pattern, `also` a stricter rule of that route. */
  apiCall(call: {
    readonly keyId: string;
    readonly route: string;
    readonly address: string;
    readonly also?: LimitRuleName | undefined;
  }): Promise<LimitVerdict> {
    const { keyId, route, address, also } = call;
    const ofRoute: Count[] = also === undefined ? [] : [{ rule: also, key: keyId, address }];
    return this.#consume([
      { rule: 'api_calls_of_route', key: `${keyId}:${digest(route)}`, address },
      { rule: 'api_calls_of_key', key: keyId, address },
      ...ofRoute,
    ]);
  }

  /** Caps for LiveRegistration.findExceededCap; a compute's policy may be stricter or wider. */
  liveCaps(ofTarget: Pick<ConnectionCaps, 'compute' | 'access_token'> = {}): ConnectionCaps {
    const { person, grant, compute } = { ...CONNECTION_CAPS, ...this.#figures.caps };
    return { person, grant, compute, ...ofTarget };
  }

  /** Counts every rule, also after a refusal: an early refusal must not save an attacker counts. */
  #consume(all: readonly Count[]): Promise<LimitVerdict> {
    const counts = all.filter(
      ({ rule, address }) => !(RATES_OF_PLAIN_USE.has(rule) && this.#unlimitedNetworks.includes(address)),
    );
    return this.#ask(counts, (limiter, key) => limiter.consume(key));
  }

  /** Asks all rules at once; reports the first that refuses. */
  async #ask(counts: readonly Count[], question: (limiter: RateLimiter, key: string) => Promise<LimitVerdict>) {
    const verdicts = await Promise.all(
      counts.map(({ rule, key, address }) => question(this.#limiter(rule, address), key)),
    );
    const refused = counts.find((_count, index) => verdicts[index] === 'limited');
    return refused === undefined ? 'allowed' : this.#refuse(refused);
  }

  #refuse({ rule, address }: Count): 'limited' {
    this.#onLimited(rule);
    this.#refusals.add(rule, address);
    return 'limited';
  }

  #limiter(rule: LimitRuleName, address: string): RateLimiter {
    const factor = this.#sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1;
    const name = factor === 1 ? rule : `${rule}:shared`;
    const known = this.#limiters.get(name);
    if (known !== undefined) return known;
    const figures = multiplied(this.#figures.rules?.[rule] ?? LIMIT_RULES[rule], factor);
    const limiter = new RateLimiter({ redis: this.#redis, name, rule: figures });
    this.#limiters.set(name, limiter);
    return limiter;
  }
}

function multiplied({ points, windowMs, burst }: LimitRule, factor: number): LimitRule {
  const figures = { points: points * factor, windowMs };
  return burst === undefined ? figures : { ...figures, burst: { ...burst, points: burst.points * factor } };
}

/** Once per second and address, so that a flood of connections is no flood of log lines. */
class RefusalLog {
  readonly #log: Log;
  readonly #loggedAt = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(limit: LimitName, address: string): void {
    const key = `${limit} ${terminalKey(address)}`;
    const now = performance.now();
    const loggedAt = this.#loggedAt.get(key);
    if (loggedAt !== undefined && now - loggedAt < QUIET_MS) return;
    if (this.#loggedAt.size >= MAX_REMEMBERED) this.#loggedAt.clear();
    this.#loggedAt.set(key, now);
    this.#log.info({ event: 'limits.refused', limit, address }, 'refused by a limit');
  }
}
