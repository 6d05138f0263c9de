// A concurrency limiter with a bounded queue, for expensive work such as password hashing.

import { PosternError } from '../errors.ts';

export class ConcurrencyLimiter {
  readonly #mostWaiting: number;
  readonly #waiting: Array<() => void> = [];
  #free: number;

  constructor({ atOnce, mostWaiting }: { readonly atOnce: number; readonly mostWaiting: number }) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** Throws PosternError `rate_limited` when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) throw new PosternError('rate_limited');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
