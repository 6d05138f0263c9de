// What a look at a server yields, stored until the next; of two nodes only one replaces it.

import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Schema } from '../../catalogue/store/schema.ts';

const count = z.number().nonnegative();

const databaseCountersSchema = z.object({
  /** pg_database.oid; 0 stands for objects shared by all databases. */
  id: z.int().nonnegative(),
  name: z.string().nullable(),
  /** Rows inserted, updated and deleted. */
  changedRows: count,
  /** Of these, the updated ones; a node of the version before did not store them. */
  updatedRows: count.default(0),
  /** Milliseconds that sessions spent executing statements; null before PostgreSQL 14. */
  busyMs: count.nullable(),
  /** Client sessions started since the counters were reset; null before PostgreSQL 14. */
  sessionCount: count.nullable(),
  /** Sessions at the moment of the look, except metering's own. */
  openSessions: count,
});

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
/** Null for a database that was just dropped. */
export const databaseSizesSchema = z.record(z.string(), count.nullable());

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

export interface KeptReading {
  readonly readAt: Date;
  /** Null when another version of Postern wrote it; the next reading then starts afresh. */
  readonly reading: ServerReading | null;
}

export function parseReading(kept: unknown): ServerReading | null {
  const parsed = serverReadingSchema.safeParse(kept);
  return parsed.success ? parsed.data : null;
}

export type SourceId = `host:${string}` | `compute:${string}`;

export async function findReading({ db }: Catalogue, sourceId: SourceId): Promise<KeptReading | null> {
  const row = await db
    .selectFrom('consumption_readings')
    .select(['read_at', 'reading'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
  return row === undefined ? null : { readAt: row.read_at, reading: parseReading(row.reading) };
}

/** Locks the source's row. False, without a change, when another node was faster. */
export async function replaceReading(
  tx: Transaction<Schema>,
  next: { sourceId: SourceId; previous: KeptReading | null; readAt: Date; reading: ServerReading },
): Promise<boolean> {
  const values = { read_at: next.readAt, reading: JSON.stringify(next.reading) };
  if (next.previous === null) {
    const inserted = await tx
      .insertInto('consumption_readings')
      .values({ source_id: next.sourceId, ...values })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }
  const updated = await tx
    .updateTable('consumption_readings')
    .set(values)
    .where('source_id', '=', next.sourceId)
    .where('read_at', '=', next.previous.readAt)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export async function forgetReadings({ db }: Catalogue, before: Date): Promise<void> {
  await db.deleteFrom('consumption_readings').where('read_at', '<', before).execute();
}
