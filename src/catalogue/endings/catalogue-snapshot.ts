// What the catalogue held at one moment, as Postgres tells it: which transactions had committed by
// then. Exact where clocks are not: it orders changes whichever node made them, and also those that
// committed late.

import { type RawBuilder, sql } from 'kysely';

declare const brand: unique symbol;

/**
 * PostgreSQL documentation, "Transaction ID and Snapshot Information Functions": `xmin:xmax:xip,…`.
 */
export type CatalogueSnapshot = string & { readonly [brand]: 'CatalogueSnapshot' };

// The functions' own form.
const SHAPE = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20})*)?$/;

/** For a select list: the snapshot of the very statement. */
export const currentSnapshot: RawBuilder<CatalogueSnapshot> = sql<CatalogueSnapshot>`pg_current_snapshot()::text`;

/** Null for a text that is none. */
export function parseSnapshot(text: string): CatalogueSnapshot | null {
  return SHAPE.test(text) ? (text as CatalogueSnapshot) : null;
}

/** The number that the next transaction was to have. */
export function endOf(snapshot: CatalogueSnapshot): bigint {
  return BigInt(snapshot.split(':')[1] ?? '0');
}

/**
 * Whether the transaction had committed when the snapshot was taken, as `pg_visible_in_snapshot`
 * says.
 */
export function sawCommit(snapshot: CatalogueSnapshot, transactionId: bigint): boolean {
  const [xmin = '0', xmax = '0', running = ''] = snapshot.split(':');
  if (transactionId < BigInt(xmin)) return true;
  return transactionId < BigInt(xmax) && !running.split(',').includes(String(transactionId));
}
