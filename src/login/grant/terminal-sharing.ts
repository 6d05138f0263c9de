// Whose a terminal is: without a certificate it is known by the client's own words, which a
// neighbour at the same address can say, too (docs/decisions/021-whose-a-terminal-is.md).

import { findClaimants, findNeighbourhood } from '../../catalogue/access/login-names.ts';
import { listKeys } from '../../catalogue/people/terminal-keys.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { UserId } from '../../ids.ts';
import { parseNetworks } from '../../network-address.ts';
import { hasKey, type Located, localityOf } from '../request/locality.ts';
import type { LoginRequest } from '../request/login-request.ts';
import type { LoginRequests } from '../request/login-requests.ts';
import type { ReverseCodes } from '../request/reverse-codes.ts';
import { loginNameOf, type Terminal, type UserAtPlace } from '../request/terminal.ts';
import type { Grant } from './grant.ts';

export type TerminalSharing =
  | 'own'
  /** Other people are at the address: an approval is remembered for an hour at most. */
  | 'shared_place'
  /** The same, and the requested user is not the person's own name: nothing is remembered. */
  | 'strange_name'
  /** The requested user may be another person there: nothing is remembered. */
  | 'shared_name'
  /** Everybody who uses a port forward looks alike: nothing is remembered. */
  | 'forwarded'
  /** A neighbour may have kept the person's key from being asked for: nothing is remembered. */
  | 'unasked';

const HOUR_MS = 3_600_000;
const LONGEST_MS: Readonly<Record<TerminalSharing, number>> = {
  own: Number.POSITIVE_INFINITY,
  shared_place: HOUR_MS,
  strange_name: 0,
  shared_name: 0,
  forwarded: 0,
  unasked: 0,
};

interface SharingStores {
  readonly catalogue: Catalogue;
  readonly loginRequests: Pick<LoginRequests, 'listWaitingOfTerminal'>;
  readonly reverseCodes: Pick<ReverseCodes, 'findOpen'>;
}

/** As this person finds the terminal. */
export async function findSharing(
  stores: SharingStores,
  terminal: Terminal,
  { userId, sharedNetworks }: { readonly userId: UserId; readonly sharedNetworks: readonly string[] },
): Promise<TerminalSharing> {
  if (isForwarded(terminal)) return 'forwarded';
  const { catalogue } = stores;
  const name = loginNameOf(terminal);
  const [claimants, { isSharedPlace, isOwnName }, openers, keys] = await Promise.all([
    findClaimants(catalogue, name),
    findNeighbourhood(catalogue, name, userId),
    findOpeners(stores, terminal),
    terminal.isUnasked === true && !hasKey(terminal) ? listKeys(catalogue, userId) : [],
  ]);
  if (keys.length > 0) return 'unasked';
  if ([...claimants, ...openers].some((claimant) => claimant !== userId)) return 'shared_name';
  const isSharedNetwork = !hasKey(terminal) && parseNetworks(sharedNetworks).includes(terminal.address);
  if (!isSharedPlace && !isSharedNetwork) return 'own';
  return isOwnName || isOfUnixUser(terminal) ? 'shared_place' : 'strange_name';
}

/** The people who have opened a login of the same words that is not decided yet. */
async function findOpeners({ loginRequests, reverseCodes }: SharingStores, terminal: Terminal): Promise<UserId[]> {
  const found = await Promise.all([loginRequests.listWaitingOfTerminal(terminal), reverseCodes.findOpen(terminal)]);
  return found.flat().flatMap(({ claim }) => (claim === null ? [] : [claim.userId]));
}

/**
 * The client must connect again, and a neighbour who says the same would be let in instead: so the
 * next connection must prove whose it is.
 */
export function mustProveReturn(
  { origin, waiting }: Pick<LoginRequest, 'origin' | 'waiting'>,
  sharing: TerminalSharing,
): boolean {
  if (sharing === 'own' || (sharing === 'shared_place' && isOfUnixUser(origin))) return false;
  return origin.noticeBlind || waiting === 'none';
}

/** How long an approval may be remembered; 0: for no more than one connection. */
export function longestRememberedMs(sharing: TerminalSharing): number {
  return LONGEST_MS[sharing];
}

/**
 * The grants; none where they, or the terminal's name, may be of more than one person. Then a
 * client that shows no link comes back with a reverse code; where those are off, with its grant for
 * one use.
 */
export async function ofOnePerson(
  { catalogue, reverseCode }: { readonly catalogue: Catalogue; readonly reverseCode: 'when_new' | 'always' | 'never' },
  terminal: UserAtPlace,
  grants: readonly Grant[],
): Promise<readonly Grant[]> {
  const [first] = grants;
  if (first === undefined) return [];
  const name = loginNameOf(terminal);
  const [claimants, { isSharedPlace, isOwnName }] = await Promise.all([
    findClaimants(catalogue, name),
    findNeighbourhood(catalogue, name, first.userId),
  ]);
  const people = new Set([...claimants, ...grants.map(({ userId }) => userId)]);
  const forOneUse = grants.filter(({ usesLeft }) => usesLeft !== null);
  if (people.size > 1 || isForwarded(terminal)) return reverseCode === 'never' ? forOneUse : [];
  // Others came to the address after the approval, and the name may be one of theirs.
  return !isSharedPlace || isOwnName || isOfUnixUser(terminal) ? grants : forOneUse;
}

/** Everybody behind a port forward is there, unless a key tells who it is. */
function isForwarded(located: Located): boolean {
  return localityOf(located).kind === 'forwarded' && !hasKey(located);
}

/** On this machine the system itself tells people apart. */
function isOfUnixUser(located: Located): boolean {
  const locality = localityOf(located);
  return locality.kind === 'local' && locality.unixUser !== null && !hasKey(located);
}
