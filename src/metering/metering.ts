// Measures in rounds what computes consume. A round itself is in sample-computes.ts.

import type { ComputeId } from '../ids.ts';
import { oneNodeAtATime } from './one-node-at-a-time.ts';
import { type Round, SAMPLING_INTERVAL_MS, type SamplingParts, sampleComputes } from './sample-computes.ts';
import { Transfers } from './transfers.ts';

const ROUND_LOCK = 'postern metering';

export interface Metering {
  /** Starts the rounds, the first one at once. */
  start(): void;
  /** One whole round after the current one. False when another node is measuring. */
  sampleNow(): Promise<boolean>;
  /** Records bytes sent to clients of a compute; never fails, and writes them later. */
  recordTransfer(computeId: ComputeId, bytes: number): void;
  /** Finishes the current round and writes what was recorded. */
  close(): Promise<void>;
}

export function createMetering(parts: SamplingParts): Metering {
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
    sampleNow: () => runRound('all'),
    recordTransfer: (computeId, bytes) => transfers.record(computeId, bytes),
    async close() {
      closing.abort(new Error('metering is closing'));
      if (timer !== null) clearTimeout(timer);
      await running;
      await transfers.flush();
    },
  };
}
