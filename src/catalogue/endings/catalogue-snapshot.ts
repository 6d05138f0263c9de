// Snapshots of the catalogue: which transactions had committed at one moment. Unlike clocks they
// order changes exactly, whichever node made them, even when they commit late.

import { type RawBuilder, sql } from 'kysely';

declare const brand: unique symbol;

/** PostgreSQL documentation, "Transaction ID and Snapshot Information Functions". */
export type CatalogueSnapshot = string & { readonly [brand]: 'CatalogueSnapshot' };

// The format of the functions.
const SHAPE = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20})*)?$/;

/** For a select list: the snapshot of that statement. */
export const CURRENT_SNAPSHOT = 'pg_current_snapshot()::text';
export const currentSnapshot: RawBuilder<CatalogueSnapshot> = sql.raw<CatalogueSnapshot>(CURRENT_SNAPSHOT);

/** Null for a malformed text. */
export function parseSnapshot(text: string): CatalogueSnapshot | null {
  return SHAPE.test(text) ? (text as CatalogueSnapshot) : null;
}

/** The id of the next transaction. */
export function endOf(snapshot: CatalogueSnapshot): bigint {
  return BigInt(snapshot.split(':')[1] ?? '0');
}

/** As `pg_visible_in_snapshot`: whether the snapshot includes the transaction's commit. */
export function sawCommit(snapshot: CatalogueSnapshot, transactionId: bigint): boolean {
  const [xmin = '0', xmax = '0', running = ''] = snapshot.split(':');
  if (transactionId < BigInt(xmin)) return true;
  return transactionId < BigInt(xmax) && !running.split(',').includes(String(transactionId));
}
