// When two connections come from one terminal. All but the place are claims of the client.

import { createHash } from 'node:crypto';
import type { LoginName } from '../../catalogue/access/login-names.ts';
import { normalizeAddress } from '../../network-address.ts';
import { type Located, localityOf, placeKey } from './locality.ts';

export interface Terminal extends Located {
  readonly requestedUser: string;
  readonly application: string | null;
}

/** For any application. */
export type UserAtPlace = Pick<Terminal, 'address' | 'locality' | 'requestedUser'>;

// pgAdmin 4 numbers each connection: `pgAdmin 4 - DB:shop`, `pgAdmin 4 - CONN:4711`.
const NUMBERED = /^(pgAdmin 4) - .*$/s;

/** SHA-256 in hex; IPv6 counts by its /64; numbers that a program adds to its name are ignored. */
export function terminalDigest({ requestedUser, application, ...located }: Terminal): string {
  return digest([placeKey(located), requestedUser, application?.replace(NUMBERED, '$1') ?? null]);
}

/** For any application, since a reverse code may be typed into another program. */
export function loginNameDigest({ requestedUser, ...located }: UserAtPlace): string {
  return digest([placeKey(located), requestedUser]);
}

/** What the catalogue remembers of it; on loopback browsers do not tell who is there. */
export function loginNameOf({ requestedUser, ...located }: UserAtPlace): LoginName {
  const isRemote = localityOf(located).kind === 'remote';
  const browserAddresses = isRemote ? [normalizeAddress(located.address)] : [];
  return { place: placeKey(located), browserAddresses, requestedUser };
}

function digest(parts: ReadonlyArray<string | null>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
