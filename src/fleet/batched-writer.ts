// Writes what changed to a store in batches, one at a time; failures wait for the next batch.

import { inParts } from '../async/batches.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';

const FIELDS_PER_WRITE = 500;

/** Where the batches go. The target reads the current value of a field itself. */
export interface WriteTarget {
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

  changed(field: string): void {
    if (this.#isClosed) return;
    this.#changed.add(field);
    if (this.#timer !== null) return;
    const waitMs = Math.max(0, this.#lastBatchAt + this.#batchIntervalMs - performance.now());
    this.#timer = setTimeout(() => void this.flush(), waitMs);
    this.#timer.unref();
  }

  /** Calls during a write share the next one. Never rejects: what failed stays for the next. */
  flush(): Promise<void> {
    this.#nextFlush ??= this.#enqueue(() => {
      this.#nextFlush = null;
      return this.#writeChanges();
    });
    return this.#nextFlush;
  }

  /**
   * Writes some fields now, beside a write that runs: for a target whose writes reach the store in
   * the order in which they were begun. Throws what the store says; then they wait for the next
   * batch.
   */
  async writeNow(fields: readonly string[]): Promise<void> {
    if (this.#isClosed) return;
    for (const field of fields) this.#changed.delete(field);
    try {
      await this.#target.write(fields);
    } catch (error) {
      for (const field of fields) this.changed(field);
      throw error;
    }
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
