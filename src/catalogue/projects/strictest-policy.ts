// The strictest of several computes' own settings, with which another compute of the same data
// starts. Pure.

import { commonNetworks, type PolicySettings, parsePolicySettings, smaller } from '../rights/policy.ts';

/** In each setting the narrowest; what widens is kept only where all have it. */
export function strictestSettings(all: readonly PolicySettings[]): PolicySettings {
  const [first] = all;
  return first === undefined ? {} : all.reduce(stricter, first);
}

function stricter(one: PolicySettings, other: PolicySettings): PolicySettings {
  return withoutAbsent({
    linkLogin: one.linkLogin === false || other.linkLogin === false ? false : undefined,
    allowedNetworks: unlessEmpty(commonNetworks(one.allowedNetworks ?? [], other.allowedNetworks ?? [])),
    // These widen what counts as near, so an empty list is the strictest.
    ownNetworks: isSame(one.ownNetworks, other.ownNetworks) ? one.ownNetworks : undefined,
    longestGrantMs: smaller(one.longestGrantMs, other.longestGrantMs),
    longestKeylessGrantMs: smaller(one.longestKeylessGrantMs, other.longestKeylessGrantMs),
    longestConnectionMs: smaller(one.longestConnectionMs, other.longestConnectionMs),
    idleTimeoutMs: smaller(one.idleTimeoutMs, other.idleTimeoutMs),
    readOnlyOnly: one.readOnlyOnly === true || other.readOnlyOnly === true ? true : undefined,
    replication: one.replication === true && other.replication === true ? true : undefined,
    reverseCode: one.reverseCode === 'always' || other.reverseCode === 'always' ? ('always' as const) : undefined,
    maxConnections: smaller(one.maxConnections, other.maxConnections),
    freshSignInMs: smaller(one.freshSignInMs, other.freshSignInMs),
  });
}

/** Settings that say no more than their absence are left out, so that equal policies are equal. */
function withoutAbsent(
  settings: {
    readonly [Name in keyof PolicySettings]: PolicySettings[Name] | undefined | null;
  },
): PolicySettings {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  return parsePolicySettings(Object.fromEntries(given));
}

function unlessEmpty(networks: readonly string[]): string[] | undefined {
  return networks.length === 0 ? undefined : [...networks];
}

function isSame(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return one?.toSorted().join() === other?.toSorted().join();
}
