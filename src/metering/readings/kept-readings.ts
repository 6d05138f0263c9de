// The latest reading of each server, stored in the catalogue. Replacing one is a compare-and-set:
// of two nodes that looked at the same time only one continues the reading, so that nothing is
// counted twice.

import type { Transaction } from 'kysely';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Schema } from '../../catalogue/store/schema.ts';
import { type KeptReading, parseReading, type ServerReading } from './server-reading.ts';

/** Names a host or an attached compute as the source of readings. */
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

/** Removes readings that are too old to be continued. */
export async function forgetReadings({ db }: Catalogue, before: Date): Promise<void> {
  await db.deleteFrom('consumption_readings').where('read_at', '<', before).execute();
}
