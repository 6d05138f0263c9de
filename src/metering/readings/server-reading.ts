// What one look at a Postgres server yields: cumulative counters and sizes of its databases, and
// its WAL position. Knows no projects; a reading is stored as JSON until the next one.

import { z } from 'zod';

const count = z.number().nonnegative();

const databaseCountersSchema = z.object({
  /** pg_database.oid; 0 stands for objects shared by all databases. */
  id: z.int().nonnegative(),
  name: z.string().nullable(),
  /** Rows inserted, updated and deleted. */
  changedRows: count,
  /** Milliseconds that sessions spent executing statements; null before PostgreSQL 14. */
  busyMs: count.nullable(),
  /** Client sessions started since the counters were reset; null before PostgreSQL 14. */
  sessionCount: count.nullable(),
  /** Sessions at the moment of the look, except metering's own. */
  openSessions: count,
});

/** What the server reports, apart from sizes. */
export const serverCountersSchema = z.object({
  /** The server's start time; counters of two runs are not comparable. */
  startedAt: z.string(),
  /** Bytes of WAL since initdb; null where the WAL is not ours to attribute. */
  walPosition: count.nullable(),
  /** Where crash recovery would start to read WAL; null where `walPosition` is. */
  redoPosition: count.nullable(),
  databases: z.array(databaseCountersSchema),
});

/** `pg_database_size` by oid; databases that the role may not connect to are missing. */
export const databaseSizesSchema = z.record(z.string(), count);

const serverReadingSchema = serverCountersSchema.extend({
  /** WAL written while no database was seen to change. */
  unattributedWalBytes: count,
  databases: z.array(
    databaseCountersSchema.extend({
      sizeBytes: count.nullable(),
      /** WAL of this database that the server must still keep; null where `walPosition` is. */
      keptWalBytes: count.nullable(),
    }),
  ),
});

export type ServerCounters = Readonly<z.output<typeof serverCountersSchema>>;
export type ServerReading = Readonly<z.output<typeof serverReadingSchema>>;
export type DatabaseReading = Readonly<ServerReading['databases'][number]>;
/** A database as measured, before its share of the WAL is known. */
export type MeasuredDatabase = Omit<DatabaseReading, 'keptWalBytes'>;
export type ServerLook = Omit<ServerCounters, 'databases'> & { readonly databases: readonly MeasuredDatabase[] };

/** A stored reading with its time. */
export interface KeptReading {
  readonly readAt: Date;
  /** Null when another version of Postern wrote it; the next reading then starts afresh. */
  readonly reading: ServerReading | null;
}

export function parseReading(kept: unknown): ServerReading | null {
  const parsed = serverReadingSchema.safeParse(kept);
  return parsed.success ? parsed.data : null;
}
