// Which way in a client gets, judged by what it sent, where it is, and what is remembered of it. Opens no door.

import type { Client } from '../client/client.ts';
import { applicationOf } from '../client/startup-parameters.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import { findPasswordCredential, type PasswordCredential } from './find-password-credential.ts';
import { type FittingGrant, fittingGrants } from './fitting-grants.ts';
import { databaseWish, terminalOf } from './login-origin.ts';

export type Door =
  /** pg_isready only wants to know whether anybody answers. */
  | { readonly kind: 'cheap_answer' }
  | { readonly kind: 'password'; readonly credential: PasswordCredential }
  /** A page waits for this terminal to type its digits. */
  | { readonly kind: 'reverse_code' }
  /** Somebody approved before; the longest grant first, at least one. */
  | { readonly kind: 'grant'; readonly grants: readonly FittingGrant[] }
  | { readonly kind: 'link' };

const PROBE = 'pg_isready';

/** Throws `store_unavailable` when what is remembered cannot be asked. */
export async function chooseDoor(client: Client, parts: GatewayParts): Promise<Door> {
  if (applicationOf(client.startup) === PROBE) return { kind: 'cheap_answer' };
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
