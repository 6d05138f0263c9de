// Bytes sent to clients: summed, added to the catalogue, moved into frames by the next reading.

import { sql, type Transaction } from 'kysely';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Schema } from '../catalogue/store/schema.ts';
import type { ComputeId } from '../ids.ts';

export class Transfers {
  readonly #catalogue: Catalogue;
  readonly #bytesByCompute = new Map<ComputeId, number>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** Cheap enough to be called on every tick of every connection. */
  record(computeId: ComputeId, bytes: number): void {
    if (bytes <= 0) return;
    this.#bytesByCompute.set(computeId, (this.#bytesByCompute.get(computeId) ?? 0) + bytes);
  }

  /** Adds the collected bytes to the catalogue. When that fails, they wait for the next attempt. */
  async flush(): Promise<void> {
    const batch = [...this.#bytesByCompute];
    if (batch.length === 0) return;
    this.#bytesByCompute.clear();
    try {
      await addPending(this.#catalogue, batch);
    } catch (error) {
      for (const [computeId, bytes] of batch) this.record(computeId, bytes);
      throw error;
    }
  }
}

/** Computes with bytes that are in no frame yet. */
export async function listComputesWithTransfers({ db }: Catalogue): Promise<ComputeId[]> {
  const rows = await db.selectFrom('pending_transfers').select('compute_id').execute();
  return rows.map((row) => row.compute_id);
}

/** Removes the bytes of the given computes, which the same transaction must put into frames. */
export async function takeTransfers(tx: Transaction<Schema>, computeIds: readonly ComputeId[]) {
  const { rows } = await sql<{ compute_id: ComputeId; bytes: number }>`
    delete from pending_transfers where compute_id in (
      select compute_id from pending_transfers where compute_id = any(${computeIds}) order by compute_id for update
    ) returning compute_id, bytes
  `.execute(tx);
  return new Map(rows.map((row) => [row.compute_id, row.bytes]));
}

// In one order everywhere, so that no two transactions deadlock; without deleted computes.
async function addPending({ db }: Catalogue, batch: ReadonlyArray<readonly [ComputeId, number]>): Promise<void> {
  const ids = batch.map(([computeId]) => computeId);
  const bytes = batch.map(([, count]) => count);
  await sql`
    insert into pending_transfers (compute_id, bytes)
    select added.compute_id, added.bytes
    from unnest(${ids}::text[], ${bytes}::bigint[]) as added (compute_id, bytes)
    join computes on computes.id = added.compute_id
    order by added.compute_id
    on conflict (compute_id) do update set bytes = pending_transfers.bytes + excluded.bytes
  `.execute(db);
}
