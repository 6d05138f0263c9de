// One timer per node that looks at all of its connections of a kind, such as live relays, in slices
// short enough to delay no query.

import type { Clock } from '../clock.ts';

/** Called at each interval for as long as it is in the sweep. Cheap; never throws, never waits. */
export interface Swept {
  sweep(nowMs: number): void;
}

const SWEEP_INTERVAL_MS = 1_000;
/** The longest that a slice of a pass holds the event loop, give or take one batch. */
const SLICE_MS = 1;
/** Looked at between two looks at the clock. */
const BATCH = 64;

export class RelaySweep {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #members = new Set<Swept>();
  #timer: NodeJS.Timeout | null = null;
  /** The rest of a pass that is under way. */
  #pass: Iterator<Swept> | null = null;

  constructor(clock: Clock, intervalMs = SWEEP_INTERVAL_MS) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** The timer runs while there are members. Returns the function that takes this one out again. */
  add(member: Swept): () => void {
    this.#members.add(member);
    this.#timer ??= setInterval(() => this.#startPass(), this.#intervalMs).unref();
    return () => this.#remove(member);
  }

  #remove(member: Swept): void {
    this.#members.delete(member);
    if (this.#members.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #startPass(): void {
    // A pass that takes longer than the interval goes on; none is queued behind it.
    if (this.#pass !== null) return;
    this.#pass = this.#members.values();
    this.#continuePass(this.#pass);
  }

  #continuePass(pass: Iterator<Swept>): void {
    const sliceEnd = performance.now() + SLICE_MS;
    const nowMs = this.#clock.now().getTime();
    do {
      for (let count = 0; count < BATCH; count += 1) {
        const next = pass.next();
        if (next.done === true) {
          this.#pass = null;
          return;
        }
        next.value.sweep(nowMs);
      }
    } while (performance.now() < sliceEnd);
    setImmediate(() => this.#continuePass(pass));
  }
}
