// What each database of a server did between two readings of the same run. Pure.

import type { TimeSpan } from './active-time.ts';
import type { DatabaseReading, ServerReading } from './server-reading.ts';

export interface TwoReadings {
  /** All databases of a host are read, but only some of an attached server. */
  readonly kind: 'host' | 'attached';
  readonly before: { readonly at: Date; readonly reading: ServerReading };
  readonly now: { readonly at: Date; readonly reading: ServerReading };
  /** By oid; null where unknown. */
  readonly writtenBytes: ReadonlyMap<number, number> | null;
}

export interface ServerChanges {
  readonly kind: TwoReadings['kind'];
  readonly span: TimeSpan;
  readonly byDatabase: ReadonlyMap<string, DatabaseChange>;
}

export interface DatabaseChange {
  /** At least one session was open at some time in between. */
  readonly wasUsed: boolean;
  readonly busyMs: number | null;
  readonly writtenBytes: number | null;
  readonly sizeBytes: number | null;
  readonly keptWalBytes: number | null;
}

/** Computed once for all computes of the server, which may be thousands. */
export function compareReadings({ kind, before, now, writtenBytes }: TwoReadings): ServerChanges {
  const databasesBefore = new Map(before.reading.databases.map((database) => [database.id, database]));
  const byDatabase = new Map<string, DatabaseChange>();
  for (const database of now.reading.databases) {
    const { id, name, sizeBytes, keptWalBytes } = database;
    if (name === null) continue;
    // All databases of a host were read before, so one that was missing started at zero.
    const was = databasesBefore.get(id) ?? (kind === 'host' ? NOTHING : null);
    byDatabase.set(name, {
      wasUsed: wasUsed(database, { was, kind }),
      busyMs: was === null ? 0 : growth(was.busyMs, database.busyMs),
      writtenBytes: writtenBytes === null ? null : (writtenBytes.get(id) ?? 0),
      sizeBytes,
      keptWalBytes,
    });
  }
  return { kind, span: { from: before.at, to: now.at }, byDatabase };
}

type Counters = Pick<DatabaseReading, 'busyMs' | 'sessionCount' | 'openSessions'>;

const NOTHING: Counters = { busyMs: 0, sessionCount: 0, openSessions: 0 };

// On an attached server the looks are sessions themselves, so only open sessions count there.
function wasUsed(now: Counters, { was, kind }: { was: Counters | null; kind: TwoReadings['kind'] }): boolean {
  if (now.openSessions > 0 || (was?.openSessions ?? 0) > 0) return true;
  return kind === 'host' && (growth(was?.sessionCount ?? null, now.sessionCount) ?? 0) > 0;
}

// A counter that went backwards was reset; what it counted before is lost.
function growth(before: number | null, now: number | null): number | null {
  if (now === null) return null;
  return before === null ? 0 : Math.max(0, now - before);
}
