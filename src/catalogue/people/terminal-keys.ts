// The keys with which a person's terminals came when the person approved them. Knowing a key admits
// nobody: grants do, and they are bound to it.

import type { Kysely, Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';

/** More machines than a person has; of more, the one that was approved longest ago is forgotten. */
const MOST_KEYS = 50;

export interface TerminalKey {
  readonly fingerprint: string;
  /** From where a login with it was approved last. */
  readonly address: string;
  readonly knownSince: Date;
  readonly approvedAt: Date;
}

interface KeyAtAddress {
  readonly fingerprint: string;
  readonly address: string;
}

export async function rememberKey(
  { clock, transaction }: Pick<Catalogue, 'clock' | 'transaction'>,
  userId: UserId,
  { fingerprint, address }: KeyAtAddress,
): Promise<void> {
  const now = clock.now();
  await transaction(async (tx) => {
    await tx
      .insertInto('terminal_keys')
      .values({ user_id: userId, fingerprint, address, known_since: now, approved_at: now })
      .onConflict((conflict) => conflict.columns(['user_id', 'fingerprint']).doUpdateSet({ address, approved_at: now }))
      .execute();
    const older = tx
      .selectFrom('terminal_keys')
      .select('fingerprint')
      .where('user_id', '=', userId)
      .orderBy('approved_at', 'desc')
      .offset(MOST_KEYS);
    await tx.deleteFrom('terminal_keys').where('user_id', '=', userId).where('fingerprint', 'in', older).execute();
  });
}

/** Null for a key that is new to the person. */
export async function findKey(
  { db }: Pick<Catalogue, 'db'>,
  userId: UserId,
  fingerprint: string,
): Promise<TerminalKey | null> {
  const [key] = await keysOf(db, userId).where('fingerprint', '=', fingerprint).execute();
  return key ?? null;
}

/** The one that was approved last first. */
export async function listKeys({ db }: Pick<Catalogue, 'db'>, userId: UserId): Promise<TerminalKey[]> {
  return await keysOf(db, userId).orderBy('approved_at', 'desc').orderBy('fingerprint').execute();
}

/** Those who approved logins with it. */
export async function findKeyHolders({ db }: Pick<Catalogue, 'db'>, fingerprint: string): Promise<UserId[]> {
  const rows = await db.selectFrom('terminal_keys').select('user_id').where('fingerprint', '=', fingerprint).execute();
  return rows.map(({ user_id }) => user_id);
}

/** False where the person does not have it. What rests on it is the caller's to end. */
export async function deleteKey(tx: Transaction<Schema>, userId: UserId, fingerprint: string): Promise<boolean> {
  const deleted = await tx
    .deleteFrom('terminal_keys')
    .where('user_id', '=', userId)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

function keysOf(db: Kysely<Schema>, userId: UserId) {
  return db
    .selectFrom('terminal_keys')
    .select(['fingerprint', 'address', 'known_since as knownSince', 'approved_at as approvedAt'])
    .where('user_id', '=', userId);
}
