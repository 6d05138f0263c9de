// The targets that a person used last, which are offered first, and the terminals from which the
// person has approved.

import type { UserId } from '../../ids.ts';
import { terminalKey } from '../../network-address.ts';
import { findKey } from '../people/terminal-keys.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { TargetChoice } from './resolve-target.ts';

// docs/security.md, "Address comparison and reverse code": approved from this terminal address in
// the last 30 days
const TERMINAL_STAYS_KNOWN_MS = 30 * 24 * 3_600_000;

export async function rememberTarget(catalogue: Catalogue, choice: TargetChoice): Promise<void> {
  const use = {
    database: choice.database,
    database_role: choice.databaseRole,
    access: choice.access,
    used_at: catalogue.clock.now(),
  };
  await catalogue.db
    .insertInto('last_used_targets')
    .values({ user_id: choice.userId, compute_id: choice.computeId, ...use })
    .onConflict((conflict) => conflict.columns(['user_id', 'compute_id']).doUpdateSet(use))
    .execute();
}

export async function rememberTerminal(catalogue: Catalogue, userId: UserId, address: string): Promise<void> {
  const approvedAt = catalogue.clock.now();
  await catalogue.db
    .insertInto('known_terminals')
    .values({ user_id: userId, terminal: terminalKey(address), approved_at: approvedAt })
    .onConflict((conflict) => conflict.columns(['user_id', 'terminal']).doUpdateSet({ approved_at: approvedAt }))
    .execute();
}

/** Whether the person approved a login from this address (IPv6: this /64), or key, in 30 days. */
export async function isKnownTerminal(
  catalogue: Catalogue,
  userId: UserId,
  { address, key = null }: { readonly address: string; readonly key?: string | null | undefined },
): Promise<boolean> {
  const since = new Date(catalogue.clock.now().getTime() - TERMINAL_STAYS_KNOWN_MS);
  const known = key === null ? null : await findKey(catalogue, userId, key);
  if (known !== null && known.approvedAt > since) return true;
  const row = await catalogue.db
    .selectFrom('known_terminals')
    .select('approved_at')
    .where('user_id', '=', userId)
    .where('terminal', '=', terminalKey(address))
    .where('approved_at', '>', since)
    .executeTakeFirst();
  return row !== undefined;
}
