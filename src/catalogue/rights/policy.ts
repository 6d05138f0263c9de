// The connection policy of an account or a compute: parsed, and combined into one. Pure.

import { z } from 'zod';
import { type Network, parseNetwork, parseNetworks } from '../../network-address.ts';
import type { SignInStrength } from './sign-in-strength.ts';

const HOUR_MS = 3_600_000;
/** The longest grant possible (docs/security.md, "Grants"). */
export const MAX_GRANT_MS = 8 * HOUR_MS;
const MAX_CONNECTION_MS = 30 * 24 * HOUR_MS;
const MAX_NETWORKS = 100;
const BOUNDS_OF_CONNECTIONS = 'must be a number from 1 to 10,000';

export interface Policy {
  readonly linkLogin: boolean;
  /** CIDRs from which clients may connect; empty: from anywhere. */
  readonly allowedNetworks: readonly string[];
  /** CIDRs within which a browser and a terminal count as near each other. */
  readonly ownNetworks: readonly string[];
  /** 0: every connection needs an approval. */
  readonly longestGrantMs: number;
  /** For terminals without a key; 0: those are asked for every connection. */
  readonly longestKeylessGrantMs: number;
  readonly longestConnectionMs: number;
  readonly idleTimeoutMs: number | null;
  readonly readOnlyOnly: boolean;
  readonly replication: boolean;
  readonly reverseCode: 'when_new' | 'always';
  /** For all people on the compute together; null: the installation's limit. */
  readonly maxConnections: number | null;
  /** The longest time since the sign-in of an approving person; null: no limit of its own. */
  readonly freshSignInMs: number | null;
}

const network = z
  .string()
  .refine((text) => parseNetwork(text) !== null, { error: 'is not a network such as 10.0.0.0/8' });

/** The settings of an account or a compute; absent ones are the other's, or the defaults. */
export const policySettingsSchema = z
  .object({
    linkLogin: z.boolean(),
    allowedNetworks: z.array(network).max(MAX_NETWORKS),
    ownNetworks: z.array(network).max(MAX_NETWORKS),
    longestGrantMs: z.int().min(0).max(MAX_GRANT_MS),
    longestKeylessGrantMs: z.int().min(0).max(MAX_GRANT_MS),
    longestConnectionMs: z.int().min(1_000).max(MAX_CONNECTION_MS),
    idleTimeoutMs: z.int().min(1_000).max(MAX_CONNECTION_MS).nullable(),
    readOnlyOnly: z.boolean(),
    replication: z.boolean(),
    reverseCode: z.enum(['when_new', 'always']),
    maxConnections: z.int().min(1, BOUNDS_OF_CONNECTIONS).max(10_000, BOUNDS_OF_CONNECTIONS),
    freshSignInMs: z
      .int()
      .min(60_000)
      .max(24 * HOUR_MS),
  })
  .partial();
export type PolicySettings = Readonly<z.infer<typeof policySettingsSchema>>;

// docs/security.md, "Defaults"
const DEFAULT_POLICY = { longestGrantMs: MAX_GRANT_MS, longestConnectionMs: 8 * HOUR_MS } as const;

/** An address that no host has: the result of two allowlists without a common address. */
export const NOWHERE = '255.255.255.255/32';

/** The policy-related columns of a compute's or account's row. */
export interface PolicyOwner {
  readonly passwordlessAccess: boolean;
  readonly policy: PolicySettings;
}

/** The stricter in every setting; replication needs the compute's yes and no account's no. */
export function effectivePolicy(account: PolicyOwner, compute: PolicyOwner): Policy {
  const [ofAccount, ofCompute] = [account.policy, compute.policy];
  return {
    linkLogin: [account, compute].every((owner) => owner.passwordlessAccess && owner.policy.linkLogin !== false),
    allowedNetworks: commonNetworks(ofAccount.allowedNetworks ?? [], ofCompute.allowedNetworks ?? []),
    ownNetworks: [...new Set([...(ofAccount.ownNetworks ?? []), ...(ofCompute.ownNetworks ?? [])])],
    longestGrantMs: smaller(ofAccount.longestGrantMs, ofCompute.longestGrantMs) ?? DEFAULT_POLICY.longestGrantMs,
    longestKeylessGrantMs: smaller(ofAccount.longestKeylessGrantMs, ofCompute.longestKeylessGrantMs) ?? MAX_GRANT_MS,
    longestConnectionMs:
      smaller(ofAccount.longestConnectionMs, ofCompute.longestConnectionMs) ?? DEFAULT_POLICY.longestConnectionMs,
    idleTimeoutMs: smaller(ofAccount.idleTimeoutMs, ofCompute.idleTimeoutMs),
    readOnlyOnly: ofAccount.readOnlyOnly === true || ofCompute.readOnlyOnly === true,
    replication: ofCompute.replication === true && ofAccount.replication !== false,
    reverseCode: ofAccount.reverseCode === 'always' || ofCompute.reverseCode === 'always' ? 'always' : 'when_new',
    maxConnections: smaller(ofAccount.maxConnections, ofCompute.maxConnections),
    freshSignInMs: smaller(ofAccount.freshSignInMs, ofCompute.freshSignInMs),
  };
}

/** How long an approval of that terminal may be remembered; 0: for no more than one connection. */
export function longestGrantMsOf(
  { longestGrantMs, longestKeylessGrantMs }: Pick<Policy, 'longestGrantMs' | 'longestKeylessGrantMs'>,
  { key = null }: { readonly key?: string | null | undefined },
): number {
  return key === null ? Math.min(longestGrantMs, longestKeylessGrantMs) : longestGrantMs;
}

/** Of a sign-in that proves who does something that must not be done by a borrowed browser. */
export const PROOF_FRESH_MS = 15 * 60_000;

/** Whether a person who signed in at that time may approve now. Null: unknown, and so not fresh. */
export function isSignInFresh(
  { freshSignInMs }: Pick<Policy, 'freshSignInMs'>,
  { signIn: { at }, now }: { readonly signIn: Pick<SignInStrength, 'at'>; readonly now: Date },
): boolean {
  if (freshSignInMs === null) return true;
  return at !== null && now.getTime() - at.getTime() <= freshSignInMs;
}

/** Parses a `policy` column. Throws ZodError for anything else. */
export function parsePolicySettings(value: unknown): PolicySettings {
  return policySettingsSchema.parse(value);
}

/** The networks contained in both lists; an empty list allows everything. */
export function commonNetworks(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const common = [
    ...first.filter((inner) => isWithin(inner, second)),
    ...second.filter((inner) => isWithin(inner, first)),
  ];
  return common.length === 0 ? [NOWHERE] : [...new Set(common)];
}

// Two networks are disjoint or nested, so the inner one's first address and prefix suffice.
function isWithin(inner: string, outers: readonly string[]): boolean {
  const network = parseNetwork(inner);
  if (network === null) return false;
  const wider = (outer: Network | null) =>
    outer !== null && outer.family === network.family && outer.prefix <= network.prefix;
  return parseNetworks(outers.filter((outer) => wider(parseNetwork(outer)))).includes(network.address);
}

/** Of those that are given; null: neither is. */
export function smaller(first: number | null | undefined, second: number | null | undefined): number | null {
  const given = [first, second].filter((value) => value !== null && value !== undefined);
  return given.length === 0 ? null : Math.min(...given);
}
