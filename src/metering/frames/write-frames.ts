// Adds rows to the stored frames: amounts are added, sizes are replaced by newer ones.

import { sql, type Transaction } from 'kysely';
import type { Schema } from '../../catalogue/store/schema.ts';
import type { FrameRow } from './frame-rows.ts';

/** One JSON parameter, since thousands of single ones would cost more than the rows. */
export async function writeFrames(tx: Transaction<Schema>, rows: readonly FrameRow[]): Promise<void> {
  await sql`
    insert into consumption_frames as frame
    select * from json_populate_recordset(null::consumption_frames, ${JSON.stringify(rows)}::json)
    on conflict (compute_id, granularity, frame_start, period_id) do update set
      active_time_ms = frame.active_time_ms + excluded.active_time_ms,
      compute_time_ms = frame.compute_time_ms + excluded.compute_time_ms,
      written_data_bytes = frame.written_data_bytes + excluded.written_data_bytes,
      data_transfer_bytes = frame.data_transfer_bytes + excluded.data_transfer_bytes,
      logical_size_bytes = excluded.logical_size_bytes,
      synthetic_storage_size_bytes = excluded.synthetic_storage_size_bytes,
      logical_size_byte_ms = frame.logical_size_byte_ms + excluded.logical_size_byte_ms,
      synthetic_storage_byte_ms = frame.synthetic_storage_byte_ms + excluded.synthetic_storage_byte_ms,
      observed_ms = frame.observed_ms + excluded.observed_ms,
      unmeasured_metrics = case
        when excluded.unmeasured_metrics <@ frame.unmeasured_metrics then frame.unmeasured_metrics
        else array(select distinct unnest(frame.unmeasured_metrics || excluded.unmeasured_metrics))
      end,
      updated_at = excluded.updated_at
  `.execute(tx);
}
