// When two connections come from one terminal. All but the place are claims of the client.

import { createHash } from 'node:crypto';
import type { LoginName } from '../../catalogue/access/login-names.ts';
import { normalizeAddress } from '../../network-address.ts';
import { type Located, localityOf, placeKey } from './locality.ts';
import { programName } from './program-name.ts';

export interface Terminal extends Located {
  readonly requestedUser: string;
  readonly application: string | null;
}

/** For any application. */
export type UserAtPlace = Pick<Terminal, 'address' | 'locality' | 'requestedUser'>;

/** SHA-256 in hex; IPv6 counts by its /64, an application by its program's name. */
export function terminalDigest({ requestedUser, application, ...located }: Terminal): string {
  return digest([placeKey(located), requestedUser, application === null ? null : programName(application)]);
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
