// Adds rows to the frames that are there: amounts add up, sizes are replaced by the newer ones.

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../catalogue/schema.ts';
import type { FrameRow } from './frame-rows.ts';

// Postgres takes at most 65,535 parameters in a statement.
const ROWS_PER_STATEMENT = 1_000;

/** The rows must be of different frames, as one measurement per compute makes them. */
export async function writeFrames(tx: Transaction<Schema>, rows: readonly FrameRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await tx
      .insertInto('consumption_frames')
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .onConflict((conflict) =>
        conflict.columns(['compute_id', 'granularity', 'frame_start', 'period_id']).doUpdateSet({
          active_time_ms: sql`consumption_frames.active_time_ms + excluded.active_time_ms`,
          compute_time_ms: sql`consumption_frames.compute_time_ms + excluded.compute_time_ms`,
          written_data_bytes: sql`consumption_frames.written_data_bytes + excluded.written_data_bytes`,
          data_transfer_bytes: sql`consumption_frames.data_transfer_bytes + excluded.data_transfer_bytes`,
          logical_size_bytes: sql`excluded.logical_size_bytes`,
          synthetic_storage_size_bytes: sql`excluded.synthetic_storage_size_bytes`,
          logical_size_byte_ms: sql`consumption_frames.logical_size_byte_ms + excluded.logical_size_byte_ms`,
          synthetic_storage_byte_ms: sql`consumption_frames.synthetic_storage_byte_ms + excluded.synthetic_storage_byte_ms`,
          observed_ms: sql`consumption_frames.observed_ms + excluded.observed_ms`,
          unmeasured_metrics: sql`array(
            select distinct unnest(consumption_frames.unmeasured_metrics || excluded.unmeasured_metrics)
          )`,
          updated_at: sql`excluded.updated_at`,
        }),
      )
      .execute();
  }
}
