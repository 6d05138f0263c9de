// Writes what changed in this process to a store in batches: one write at a time, failures kept for
// the next batch. Knows neither the store nor the meaning of the fields.

import { inParts } from '../async/batches.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';

const FIELDS_PER_WRITE = 500;

/** Where the batches go. The target reads the current value of a field itself. */
export interface WriteTarget {
  /** Every field that exists now. */
  fields(): Iterable<string>;
  /** Writes or deletes these fields, at most 500. */
  write(fields: readonly string[]): Promise<void>;
  /** Prolongs what is stored; false when that is not what was written. */
  renew(): Promise<boolean>;
  remove(): Promise<void>;
}

interface BatchedWriterOptions {
  readonly target: WriteTarget;
  /** The first change after a quiet interval goes out at once, the others with the next batch. */
  readonly batchIntervalMs: number;
  /** What cannot be done while the store is away, for the log. */
  readonly activity: string;
  readonly log: Log;
}

export class BatchedWriter {
  readonly #target: WriteTarget;
  readonly #batchIntervalMs: number;
  readonly #outage: OutageLog;
  #changed = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  /** The flush that has not begun yet. */
  #nextFlush: Promise<void> | null = null;
  /** Set from the first unwritten change until the batch that takes it along. */
  #timer: NodeJS.Timeout | null = null;
  #lastBatchAt = 0;
  #isClosed = false;

  constructor({ target, batchIntervalMs, activity, log }: BatchedWriterOptions) {
    this.#target = target;
    this.#batchIntervalMs = batchIntervalMs;
    this.#outage = new OutageLog(log, activity);
  }

  /** Has the field written with the next batch. */
  changed(field: string): void {
    if (this.#isClosed) return;
    this.#changed.add(field);
    if (this.#timer !== null) return;
    const waitMs = Math.max(0, this.#lastBatchAt + this.#batchIntervalMs - performance.now());
    this.#timer = setTimeout(() => void this.flush(), waitMs);
    this.#timer.unref();
  }

  /**
   * Writes what has changed so far; calls made while a write is under way share the next one.
   * Never rejects: what could not be written stays for the next batch.
   */
  flush(): Promise<void> {
    this.#nextFlush ??= this.#enqueue(() => {
      this.#nextFlush = null;
      return this.#writeChanges();
    });
    return this.#nextFlush;
  }

  /** Prolongs what is stored, and writes all of it again when it was lost or is not ours. */
  renew(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isClosed) return;
      await this.#writeChanges();
      if (await this.#target.renew()) return;
      await this.#target.remove();
      for (const field of this.#target.fields()) this.#changed.add(field);
      await this.#writeChanges();
    });
  }

  /** Removes what is stored; later changes are ignored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    this.#changed.clear();
    await this.#enqueue(() => this.#target.remove());
  }

  /** One write at a time, so that an older value never lands on a newer one. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).then(
      () => this.#outage.succeeded(),
      (error: unknown) => this.#outage.failed(error),
    );
    return this.#work;
  }

  /** Part after part: thousands of changes must not hold the event loop. */
  async #writeChanges(): Promise<void> {
    this.#stopTimer();
    if (this.#changed.size === 0) return;
    this.#lastBatchAt = performance.now();
    const fields = [...this.#changed];
    this.#changed = new Set();
    const parts = inParts(fields, FIELDS_PER_WRITE);
    for (const [index, part] of parts.entries()) {
      try {
        await this.#target.write(part);
      } catch (error) {
        for (const field of parts.slice(index).flat()) this.#changed.add(field);
        throw error;
      }
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
