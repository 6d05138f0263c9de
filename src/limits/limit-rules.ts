// The figures of every abuse limit (docs/security.md, "Abuse limits"), as named defaults.

import type { CountedThing } from '../fleet/connection-counts.ts';
import type { FailureFigures } from './failure-records.ts';
import type { PaceFigures } from './judge-proof.ts';

/** At most `points` in each window. */
export interface LimitRule {
  readonly points: number;
  readonly windowMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const LIMIT_RULES = {
  /** Beyond these they are served, but stand in the trail only once a person opens them. */
  login_requests_of_address: { points: 30, windowMs: MINUTE },
  /** Per /24 or /56. */
  login_requests_of_network: { points: 120, windowMs: MINUTE },
  /** Per /16 or /48. */
  login_requests_of_broad_network: { points: 480, windowMs: MINUTE },
  unknown_links_of_address: { points: 10, windowMs: MINUTE },
  unknown_links_of_person: { points: 30, windowMs: MINUTE },
  /** Codes typed instead of a link, right or wrong: 34 bits, so guesses must be few. */
  typed_codes_of_address: { points: 60, windowMs: 15 * MINUTE },
  typed_codes_of_person: { points: 20, windowMs: 15 * MINUTE },
  /** Of a person, beyond the figure of the address. */
  typed_codes_in_crowd: { points: 3, windowMs: 15 * MINUTE },
  /** For all accounts together: one password tried on many accounts. Delays wrong answers only. */
  sign_in_failures_of_address: { points: 100, windowMs: 15 * MINUTE },
  /** Per /16 or /48, as all rules of networks below. */
  sign_in_failures_of_network: { points: 1_600, windowMs: 15 * MINUTE },
  /** For all accounts together. Beyond these each person gets one mail only. */
  forgotten_passwords_of_address: { points: 20, windowMs: 60 * MINUTE },
  forgotten_passwords_of_network: { points: 320, windowMs: 60 * MINUTE },
  /** To a person who signs in by an identity provider alone, whoever asks. */
  no_password_mails_of_person: { points: 1, windowMs: 60 * MINUTE },
  /** Challenges for passkeys, each of which is remembered for minutes. */
  passkey_challenges: { points: 120, windowMs: MINUTE },
  passkey_challenges_of_network: { points: 1_920, windowMs: MINUTE },
  /** From anywhere, by whoever has the password: six digits do not stand many guesses. */
  one_time_codes_of_person: { points: 10, windowMs: 60 * MINUTE },
  /** Invitation mails to one address, or for one invitation, per sender. */
  invitations_of_recipient: { points: 10, windowMs: 60 * MINUTE },
  /** By a project, of its server; it is refused from the second time until the window ends. */
  lock_tables_filled: { points: 1, windowMs: 10 * MINUTE },
  /** Mails to anybody, whichever form or key sends them. */
  invitations_of_sender: { points: 500, windowMs: 24 * 60 * MINUTE },
  api_calls_of_key: { points: 700, windowMs: MINUTE },
  /** Per key and route. */
  api_calls_of_route: { points: 40, windowMs: SECOND },
  /** Organization keys created by one key (Neon API 2.7.3). */
  api_keys_made: { points: 10, windowMs: SECOND },
} as const satisfies Record<string, LimitRule>;

/** Frequent in plain use, and therefore not counted in unlimited networks. */
export const RATES_OF_PLAIN_USE: ReadonlySet<string> = new Set<keyof typeof LIMIT_RULES>([
  'login_requests_of_address',
  'login_requests_of_network',
  'login_requests_of_broad_network',
]);

export type LimitRuleName = keyof typeof LIMIT_RULES;

export type LimitName = LimitRuleName | CountedThing | 'waiting_of_address' | 'waiting_in_total' | 'wrong_proofs';

/** At a time, over all nodes. Waiting logins are limited in waiting-logins.ts. */
export const CONNECTION_CAPS = { person: 100, grant: 50, compute: 100 } as const satisfies Partial<
  Record<CountedThing, number>
>;

/** Replaces single figures; everything else keeps its default. */
export interface LimitFigures {
  readonly rules?: Partial<Readonly<Record<LimitRuleName, LimitRule>>>;
  readonly pace?: Partial<PaceFigures>;
  readonly failures?: Partial<FailureFigures>;
  readonly caps?: Partial<Readonly<Record<CountedThing, number>>>;
  /** CIDRs with `SHARED_NETWORK_FACTOR` times the figures. */
  readonly sharedNetworks?: readonly string[];
  /** CIDRs in which login requests are not counted; failures always are. */
  readonly unlimitedNetworks?: readonly string[];
  /** CIDRs of proxies: of whomever they do not name, so never unlimited. */
  readonly proxies?: readonly string[];
}
