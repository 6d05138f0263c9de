// Estimates each database’s share of the WAL, which Postgres counts for the whole server. Pure.

import type { MeasuredDatabase, ServerLook, ServerReading } from './server-reading.ts';

/** Besides what its database grows by: the records of the row, its index entries and its commit. */
const BYTES_PER_CHANGED_ROW = 128;
/** An update mostly reuses space, so that growth tells nothing of the new row. */
const BYTES_PER_UPDATED_ROW = 512;

interface WalOfDatabase {
  readonly writtenBytes: number;
  readonly keptBytes: number;
}

export interface Attribution {
  /** By oid; null where the WAL is not ours to attribute. */
  readonly byDatabase: ReadonlyMap<number, WalOfDatabase> | null;
  readonly unattributedBytes: number;
}

/** Without an earlier look to compare with, nothing is attributed. */
export function attributeNothing(look: ServerLook): Attribution {
  if (look.walPosition === null) return { byDatabase: null, unattributedBytes: 0 };
  const none = { writtenBytes: 0, keptBytes: 0 };
  return { byDatabase: new Map(look.databases.map(({ id }) => [id, none])), unattributedBytes: 0 };
}

/**
 * In proportion to growth and changed rows, and never more than they make: the rest is nobody's,
 * whoever wrote it without a row. When none changed, it waits. The share of a database without a
 * session is nobody's, too: autovacuum wrote it, such as statistics of the catalogs that all
 * databases share.
 *
 * NOTE: without this bound, WAL that leaves no trace in its writer's counters (messages, sequences,
 * rewritten tables) is billed to the neighbours.
 */
export function attributeWal(previous: ServerReading, look: ServerLook): Attribution {
  const { walPosition, redoPosition } = look;
  if (walPosition === null || previous.walPosition === null) return attributeNothing(look);
  const writtenBytes = walPosition - previous.walPosition + previous.unattributedWalBytes;
  const weights = weightsOf(previous, look);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const keptPart = partsStillKept(previous.walPosition, { walPosition, redoPosition });
  const before = new Map(previous.databases.map((database) => [database.id, database]));
  const byDatabase = new Map<number, WalOfDatabase>();
  for (const { id, ...database } of look.databases) {
    const was = before.get(id);
    const isWritten = total > 0 && !isUnattended(was, database);
    const weight = weights.get(id) ?? 0;
    const ownBytes = isWritten ? Math.round(Math.min(weight, (writtenBytes * weight) / total)) : 0;
    const keptBytes = Math.round((was?.keptWalBytes ?? 0) * keptPart.old + ownBytes * keptPart.recent);
    byDatabase.set(id, { writtenBytes: ownBytes, keptBytes });
  }
  return { byDatabase, unattributedBytes: total === 0 ? writtenBytes : 0 };
}

/** Which parts of the WAL before and since the previous look lie after the redo point. */
function partsStillKept(previousPosition: number, look: { walPosition: number; redoPosition: number | null }) {
  const { walPosition, redoPosition } = look;
  if (redoPosition === null || redoPosition <= previousPosition) return { old: 1, recent: 1 };
  return { old: 0, recent: (walPosition - redoPosition) / (walPosition - previousPosition) };
}

function weightsOf(previous: ServerReading, look: ServerLook): Map<number, number> {
  const before = new Map(previous.databases.map((database) => [database.id, database]));
  const areSizesKnown = look.databases.every(({ id, sizeBytes }) => id === 0 || sizeBytes !== null);
  return new Map(
    look.databases.map((database) => {
      const was = before.get(database.id);
      const changed = Math.max(0, database.changedRows - (was?.changedRows ?? 0));
      const updated = Math.min(changed, Math.max(0, database.updatedRows - (was?.updatedRows ?? 0)));
      const rowBytes = updated * BYTES_PER_UPDATED_ROW + (changed - updated) * BYTES_PER_CHANGED_ROW;
      const growth = areSizesKnown ? Math.max(0, sizeOf(database) - sizeOf(was)) : 0;
      return [database.id, growth + rowBytes];
    }),
  );
}

/** A session's statistics are complete before it leaves the list of sessions. */
function isUnattended(was: Sessions | undefined, now: Sessions): boolean {
  if (was === undefined || now.sessionCount === null || now.sessionCount !== was.sessionCount) return false;
  return was.openSessions === 0 && now.openSessions === 0;
}

type Sessions = Pick<MeasuredDatabase, 'sessionCount' | 'openSessions'>;

function sizeOf(database: Pick<MeasuredDatabase, 'sizeBytes'> | undefined): number {
  return database?.sizeBytes ?? 0;
}
