// Measures in rounds what computes consume. A round itself is in sample-computes.ts.

import { type Kysely, sql } from 'kysely';
import type { Schema } from '../catalogue/store/schema.ts';
import type { ComputeId } from '../ids.ts';
import { type Round, SAMPLING_INTERVAL_MS, type SamplingParts, sampleComputes } from './sample-computes.ts';
import { Transfers } from './transfers.ts';

const ROUND_LOCK = 'postern metering';

export type Metering = ReturnType<typeof createMetering>;

export function createMetering(parts: SamplingParts) {
  const { catalogue, log } = parts;
  const transfers = new Transfers(catalogue);
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  const runRound = (which: Round['which']): Promise<boolean> => {
    const round = running.then(async () => {
      await transfers.flush();
      return await oneNodeAtATime(catalogue.db, ROUND_LOCK, () =>
        sampleComputes(parts, { which, signal: closing.signal }),
      );
    });
    running = round.catch(() => undefined);
    return round;
  };
  const runAndSchedule = async (): Promise<void> => {
    try {
      await runRound('due');
    } catch (error) {
      log.warn({ event: 'metering.round_failed', err: error }, 'a round of measuring failed');
    }
    if (closing.signal.aborted) return;
    timer = setTimeout(() => void runAndSchedule(), SAMPLING_INTERVAL_MS);
    timer.unref();
  };
  return {
    start: () => void runAndSchedule(),
    /** One whole round after the current one. False when another node is measuring. */
    sampleNow: () => runRound('all'),
    /** Records bytes sent to clients of a compute; never fails, and writes them later. */
    recordTransfer: (computeId: ComputeId, bytes: number): void => transfers.record(computeId, bytes),
    async close(): Promise<void> {
      closing.abort(new Error('metering is closing'));
      if (timer !== null) clearTimeout(timer);
      await running;
      await transfers.flush();
    },
  };
}

/** False when another node is doing the work. Uses one connection of the pool for its duration. */
export async function oneNodeAtATime(db: Kysely<Schema>, name: string, work: () => Promise<void>): Promise<boolean> {
  return await db.connection().execute(async (held) => {
    const lock = sql<{ taken: boolean }>`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as taken`;
    const { rows } = await lock.execute(held);
    if (rows[0]?.taken !== true) return false;
    try {
      await work();
      return true;
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(held);
    }
  });
}
