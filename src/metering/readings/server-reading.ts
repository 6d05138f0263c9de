// What one look at a Postgres server tells: cumulative counters and sizes of its databases, and where its WAL stands.
// Knows no project; a reading is kept as JSON until the next one.

import { z } from 'zod';

const count = z.number().nonnegative();

const databaseCountersSchema = z.object({
  /** pg_database.oid; 0 stands for the objects that all databases share. */
  id: z.int().nonnegative(),
  name: z.string().nullable(),
  /** Rows inserted, updated and deleted. */
  changedRows: count,
  /** Time that sessions spent executing statements, in ms; null before PostgreSQL 14. */
  busyMs: count.nullable(),
  /** Client sessions that were ever begun; null before PostgreSQL 14. */
  sessionCount: count.nullable(),
  /** Sessions at the moment of the look, other than metering's own. */
  openSessions: count,
});

/** What the server answers, but for the sizes. */
export const serverCountersSchema = z.object({
  /** The server's start: counters of two runs are not compared. */
  startedAt: z.string(),
  /** Bytes of WAL since the cluster was made; null where WAL is not ours to attribute. */
  walPosition: count.nullable(),
  /** From where a crash recovery would read WAL; null like `walPosition`. */
  redoPosition: count.nullable(),
  databases: z.array(databaseCountersSchema),
});

/** `pg_database_size` by oid; databases that the role may not enter are missing. */
export const databaseSizesSchema = z.record(z.string(), count);

const serverReadingSchema = serverCountersSchema.extend({
  /** WAL that was written while no database could be told to have written anything. */
  unattributedWalBytes: count,
  databases: z.array(
    databaseCountersSchema.extend({
      sizeBytes: count.nullable(),
      /** WAL of this database that the server must still keep; null like `walPosition`. */
      keptWalBytes: count.nullable(),
    }),
  ),
});

export type ServerCounters = Readonly<z.output<typeof serverCountersSchema>>;
export type ServerReading = Readonly<z.output<typeof serverReadingSchema>>;
export type DatabaseReading = Readonly<ServerReading['databases'][number]>;
/** A database as it was looked at, before its part of the WAL is known. */
export type MeasuredDatabase = Omit<DatabaseReading, 'keptWalBytes'>;
export type ServerLook = Omit<ServerCounters, 'databases'> & { readonly databases: readonly MeasuredDatabase[] };

/** A reading with its time, as it was kept. */
export interface KeptReading {
  readonly readAt: Date;
  /** Null when another version wrote it in another form: the next one then starts anew. */
  readonly reading: ServerReading | null;
}

export function parseReading(kept: unknown): ServerReading | null {
  const parsed = serverReadingSchema.safeParse(kept);
  return parsed.success ? parsed.data : null;
}
