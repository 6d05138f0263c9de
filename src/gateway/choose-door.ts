// Which way in a client gets, judged by what it sent, where it is, and what is remembered of it. Opens no door.

import type { Grant } from '../login/grant.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { databaseWish, terminalOf } from './login-origin.ts';
import type { Client } from './negotiate.ts';
import { applicationOf } from './startup-parameters.ts';

export type Door =
  /** pg_isready only wants to know whether anybody answers. */
  | { readonly kind: 'cheap_answer' }
  /** A page waits for this terminal to type its digits. */
  | { readonly kind: 'reverse_code' }
  /** Somebody approved before; the longest grant first, at least one. */
  | { readonly kind: 'grant'; readonly grants: readonly Grant[] }
  | { readonly kind: 'link' };

const PROBE = 'pg_isready';

/** Throws `store_unavailable` when what is remembered cannot be asked. */
export async function chooseDoor(client: Client, { reverseCodes, grants }: GatewayParts): Promise<Door> {
  if (applicationOf(client.startup) === PROBE) return { kind: 'cheap_answer' };
  const terminal = terminalOf(client);
  if ((await reverseCodes.findOpen(terminal)).length > 0) return { kind: 'reverse_code' };
  const { requestedDatabase, isExplicit } = databaseWish(client);
  const found = await grants.findMatching({ ...terminal, requestedDatabase: isExplicit ? requestedDatabase : null });
  return found.length > 0 ? { kind: 'grant', grants: found } : { kind: 'link' };
}
