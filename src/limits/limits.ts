// The abuse limits: what is counted under which key. Without Redis each node counts alone.

import { emailKey } from '../catalogue/store/email-address.ts';
import type { ConnectionCaps } from '../fleet/connection-counts.ts';
import type { ProjectId, UserId } from '../ids.ts';
import type { Log } from '../log.ts';
import {
  broadNetworkKey,
  type NetworkList,
  parseNetworks,
  SHARED_NETWORK_FACTOR,
  terminalKey,
  wideNetworkKey,
} from '../network-address.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { type Count, countsAt } from './counts.ts';
import { digest } from './digest.ts';
import { FAILURE_FIGURES, FailureRecords } from './failure-records.ts';
import {
  CONNECTION_CAPS,
  LIMIT_RULES,
  type LimitFigures,
  type LimitName,
  type LimitRuleName,
  RATES_OF_PLAIN_USE,
} from './limit-rules.ts';
import { PACE_FIGURES, ProofPace } from './proof-pace.ts';
import { type LimitVerdict, RateLimiter } from './rate-limiter.ts';
import { RefusalLog } from './refusal-log.ts';

export type { LimitVerdict } from './rate-limiter.ts';

type InvitationCount = Readonly<Record<'sender' | 'recipient' | 'address', string>>;

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
  readonly #unlimitedNetworks: Pick<NetworkList, 'includes'>;
  readonly #limiters = new Map<string, RateLimiter>();
  /** Of passwords and of reverse codes. */
  readonly proofs: ProofPace;
  /** NOTE: asked before anything that nobody has signed in for is written to log and trail. */
  readonly failures: FailureRecords;

  constructor({ redis, log, figures = {}, onLimited = () => {} }: LimitsOptions) {
    this.#redis = redis;
    this.#figures = figures;
    this.#refusals = new RefusalLog(log);
    this.#onLimited = onLimited;
    this.#sharedNetworks = parseNetworks(figures.sharedNetworks ?? []);
    const unlimited = parseNetworks(figures.unlimitedNetworks ?? []);
    const proxies = parseNetworks(figures.proxies ?? []);
    this.#unlimitedNetworks = { includes: (address) => unlimited.includes(address) && !proxies.includes(address) };
    const networks = { sharedNetworks: this.#sharedNetworks, unlimitedNetworks: this.#unlimitedNetworks };
    this.failures = new FailureRecords({ figures: { ...FAILURE_FIGURES, ...figures.failures }, ...networks });
    const onSlowed = (address: string) => this.#report({ rule: 'wrong_proofs', address });
    this.proofs = new ProofPace({ redis, figures: { ...PACE_FIGURES, ...figures.pace }, onSlowed });
  }

  /** Never a reason to refuse: an honest neighbour would be refused with the others. */
  loginRequest(address: string): Promise<LimitVerdict> {
    return this.#consume([
      { rule: 'login_requests_of_address', key: terminalKey(address), address },
      { rule: 'login_requests_of_network', key: wideNetworkKey(address), address },
      { rule: 'login_requests_of_broad_network', key: broadNetworkKey(address), address },
    ]);
  }

  /** An opened link that is unknown or another person's; `userId` is null without a session. */
  unknownLink({ address, userId }: { address: string; userId: UserId | null }): Promise<LimitVerdict> {
    const ofPerson: Count[] = userId === null ? [] : [{ rule: 'unknown_links_of_person', key: userId, address }];
    return this.#consume([{ rule: 'unknown_links_of_address', key: terminalKey(address), address }, ...ofPerson]);
  }

  /**
   * A user code typed instead of opening the link; counted before it is looked up. Where very many
   * are typed, each person has a few, so that nobody is refused for a neighbour's guesses.
   */
  async typedCode({ address, userId }: { address: string; userId: UserId }): Promise<LimitVerdict> {
    const ofAddress = await this.#consume([{ rule: 'typed_codes_of_address', key: terminalKey(address), address }]);
    const ofPerson = ofAddress === 'allowed' ? 'typed_codes_of_person' : 'typed_codes_in_crowd';
    return await this.#consume([{ rule: ofPerson, key: userId, address }]);
  }

  /** A wrong password of a person; a later answer than of one account alone, never a refusal. */
  failedSignIn(address: string): Promise<LimitVerdict> {
    return this.#consume(countsAt(address, ...FAILED_SIGN_INS));
  }

  /** Whether another wrong password would be beyond the figures; counts nothing. */
  async hasManyFailedSignIns(address: string): Promise<boolean> {
    const asked = countsAt(address, ...FAILED_SIGN_INS).map(({ rule, key }) =>
      this.#limiter(rule, address).isUsedUp(key),
    );
    return (await Promise.all(asked)).includes(true);
  }

  /** Asking for a reset link, whosever. Fewer mails to each person, never a refusal. */
  forgottenPassword(address: string): Promise<LimitVerdict> {
    return this.#consume(countsAt(address, 'forgotten_passwords_of_address', 'forgotten_passwords_of_network'));
  }

  noPasswordMail({ address, userId }: { address: string; userId: UserId }): Promise<LimitVerdict> {
    return this.#consume([{ rule: 'no_password_mails_of_person', key: userId, address }]);
  }

  passkeyChallenge(address: string): Promise<LimitVerdict> {
    return this.#consume(countsAt(address, 'passkey_challenges', 'passkey_challenges_of_network'));
  }

  /** A one-time code after the right password; counted before it is compared. */
  oneTimeCode({ address, userId }: { address: string; userId: UserId }): Promise<LimitVerdict> {
    return this.#consume([{ rule: 'one_time_codes_of_person', key: userId, address }]);
  }

  /** Milliseconds for which the project may not connect any more; 0 for the first time. */
  async filledLockTable(projectId: ProjectId): Promise<number> {
    const verdict = await this.#limiter('lock_tables_filled', null).consume(projectId);
    return verdict === 'allowed' ? 0 : verdict.retryAfterMs;
  }

  /** By the recipient's e-mail or the invitation's id; the sender is a person or an account. */
  invitation({ sender, recipient, address }: InvitationCount): Promise<LimitVerdict> {
    const key = digest(`${sender}:${emailKey(recipient)}`);
    return this.#consume([
      { rule: 'invitations_of_recipient', key, address },
      { rule: 'invitations_of_sender', key: sender, address },
    ]);
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
  liveCaps(ofTarget: Pick<ConnectionCaps, 'compute' | 'access_token' | 'project' | 'account'> = {}): ConnectionCaps {
    const { person, grant, compute } = { ...CONNECTION_CAPS, ...this.#figures.caps };
    return { person, grant, compute, ...ofTarget };
  }

  /** Counts every rule, also after a refusal: an early refusal must not save an attacker counts. */
  async #consume(all: readonly Count[]): Promise<LimitVerdict> {
    const counts = all.filter(
      ({ rule, address }) => !(RATES_OF_PLAIN_USE.has(rule) && this.#unlimitedNetworks.includes(address)),
    );
    const verdicts = await Promise.all(
      counts.map(({ rule, key, address }) => this.#limiter(rule, address).consume(key)),
    );
    const refused = counts.find((_count, index) => verdicts[index] !== 'allowed');
    if (refused === undefined) return 'allowed';
    this.#report(refused);
    const waits = verdicts.map((verdict) => (verdict === 'allowed' ? 0 : verdict.retryAfterMs));
    return { retryAfterMs: Math.max(...waits) };
  }

  #report({ rule, address }: { readonly rule: LimitName; readonly address: string }): void {
    this.#onLimited(rule);
    this.#refusals.add(rule, address);
  }

  #limiter(rule: LimitRuleName, address: string | null): RateLimiter {
    const factor = address !== null && this.#sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1;
    const name = factor === 1 ? rule : `${rule}:shared`;
    const known = this.#limiters.get(name);
    if (known !== undefined) return known;
    const { points, windowMs } = this.#figures.rules?.[rule] ?? LIMIT_RULES[rule];
    const limiter = new RateLimiter({ redis: this.#redis, name, rule: { points: points * factor, windowMs } });
    this.#limiters.set(name, limiter);
    return limiter;
  }
}

const FAILED_SIGN_INS = ['sign_in_failures_of_address', 'sign_in_failures_of_network'] as const;
