// Slots for work that waits on untrusted peers, such as TLS handshakes. Under pressure the slowest
// holder loses its slot, and the newest waiter comes first.

import { type LinkedAbort, linkedAbort, TimeLimitExceeded } from './time-limit.ts';

export interface SlotsOptions {
  readonly places: number;
  /** How long a holder keeps its slot undisturbed, even while others wait. */
  readonly undisturbedMs: number;
}

export class Slots {
  readonly #undisturbedMs: number;
  readonly #waiting: (() => void)[] = [];
  /** Holders past their undisturbed time, longest first. */
  readonly #overstaying = new Set<LinkedAbort>();
  readonly #leaving = new Set<LinkedAbort>();
  #free: number;

  constructor({ places, undisturbedMs }: SlotsOptions) {
    this.#free = places;
    this.#undisturbedMs = undisturbedMs;
  }

  /** The work must end when its signal does: with TimeLimitExceeded when it overstayed. */
  async run<T>(outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    await this.#take(outer);
    const holder = linkedAbort(outer);
    const timer = setTimeout(() => this.#overstay(holder), this.#undisturbedMs);
    try {
      outer.throwIfAborted();
      return await work(holder.signal);
    } finally {
      clearTimeout(timer);
      holder.unlink();
      this.#give(holder);
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
      this.#makeRoom();
    });
  }

  #overstay(holder: LinkedAbort): void {
    this.#overstaying.add(holder);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const holder of this.#overstaying) {
      if (this.#leaving.size >= this.#waiting.length) return;
      this.#overstaying.delete(holder);
      this.#leaving.add(holder);
      holder.abort(new TimeLimitExceeded(this.#undisturbedMs));
    }
  }

  #give(holder: LinkedAbort): void {
    this.#overstaying.delete(holder);
    this.#leaving.delete(holder);
    const next = this.#waiting.pop();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
