// Chooses the door for a client by its startup packet, its address and the grants that fit. Opens
// no door.

import type { Client } from '../client/client.ts';
import { applicationOf } from '../client/startup-parameters.ts';
import type { ChoiceParts } from './door-parts.ts';
import { findPasswordCredential, type PasswordCredential } from './find-password-credential.ts';
import { type FittingGrant, fittingGrants } from './fitting-grants.ts';
import { databaseWish, terminalOf } from './login-origin.ts';

export type Door =
  /** pg_isready only asks whether the gateway is up. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'password'; readonly credential: PasswordCredential }
  /** An approval page shows digits that this terminal must type. */
  | { readonly kind: 'reverse_code' }
  /** An earlier approval is remembered; the longest grant first, at least one. */
  | { readonly kind: 'grant'; readonly grants: readonly FittingGrant[] }
  | { readonly kind: 'link' };

const PROBE = 'pg_isready';

/** Throws `store_unavailable` when grants or reverse codes cannot be read. */
export async function chooseDoor(client: Client, parts: ChoiceParts): Promise<Door> {
  if (applicationOf(client.startup) === PROBE) return { kind: 'probe' };
  const credential = await findPasswordCredential(client, parts);
  if (credential !== null) return { kind: 'password', credential };
  const terminal = terminalOf(client);
  if ((await parts.reverseCodes.findOpen(terminal)).length > 0) return { kind: 'reverse_code' };
  const { requestedDatabase, strength } = databaseWish(client);
  const found = await parts.grants.findMatching({
    ...terminal,
    requestedDatabase: strength === 'none' ? null : requestedDatabase,
  });
  const grants = await fittingGrants(client, found, parts.catalogue);
  return grants.length > 0 ? { kind: 'grant', grants } : { kind: 'link' };
}
