// When two connections come from one terminal. All but the address are claims of the client.

import { createHash } from 'node:crypto';
import type { LoginName } from '../../catalogue/access/login-names.ts';
import { isLoopback, normalizeAddress, terminalKey } from '../../network-address.ts';

export interface Terminal {
  readonly address: string;
  readonly requestedUser: string;
  readonly application: string | null;
}

// pgAdmin 4 numbers each connection: `pgAdmin 4 - DB:shop`, `pgAdmin 4 - CONN:4711`.
const NUMBERED = /^(pgAdmin 4) - .*$/s;

/** SHA-256 in hex; IPv6 counts by its /64; numbers that a program adds to its name are ignored. */
export function terminalDigest({ address, requestedUser, application }: Terminal): string {
  return digest([terminalKey(address), requestedUser, application?.replace(NUMBERED, '$1') ?? null]);
}

/** For any application, since a reverse code may be typed into another program. */
export function loginNameDigest({ address, requestedUser }: Pick<Terminal, 'address' | 'requestedUser'>): string {
  return digest([terminalKey(address), requestedUser]);
}

/** What the catalogue remembers of it; on loopback browsers do not tell who is there. */
export function loginNameOf({ address, requestedUser }: Pick<Terminal, 'address' | 'requestedUser'>): LoginName {
  const browserAddresses = isLoopback(address) ? [] : [normalizeAddress(address)];
  return { place: terminalKey(address), browserAddresses, requestedUser };
}

function digest(parts: ReadonlyArray<string | null>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
