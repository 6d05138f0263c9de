// A concurrency limiter with a bounded queue, for expensive work such as password hashing.

import { PosternError } from '../errors.ts';
import { NetworkCrowd } from '../network-crowd.ts';

interface Waiter {
  readonly address: string;
  readonly enter: () => void;
  readonly giveWay: () => void;
}

export class ConcurrencyLimiter {
  readonly #mostWaiting: number;
  readonly #waiting = new Set<Waiter>();
  readonly #crowd = new NetworkCrowd<Waiter>();
  #free: number;
  #turns = 0;

  constructor({ atOnce, mostWaiting }: { readonly atOnce: number; readonly mostWaiting: number }) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Throws `passwords_busy` when too many wait: the newest of the address that sent most of them,
   * so that a flood displaces its own.
   */
  async run<T>(work: () => Promise<T>, address = ''): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(address);
    try {
      return await work();
    } finally {
      const next = this.#next();
      if (next === undefined) this.#free += 1;
      else {
        this.#forget(next);
        next.enter();
      }
    }
  }

  #turn(address: string): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const giveWay = (): void => reject(new PosternError('passwords_busy'));
      const waiter = { address, enter: resolve, giveWay };
      this.#waiting.add(waiter);
      this.#crowd.add(address, waiter);
      if (this.#waiting.size <= this.#mostWaiting) return;
      const newest = [...this.#crowd.mostCrowded()].at(-1) ?? waiter;
      this.#forget(newest);
      newest.giveWay();
    });
  }

  /**
   * Of those from where the fewest wait and of all, in turn: who is alone somewhere does not wait
   * behind a crowd, nor a crowd for ever.
   */
  #next(): Waiter | undefined {
    this.#turns += 1;
    const [next] = this.#turns % 2 === 0 ? this.#waiting : this.#crowd.leastCrowded();
    return next;
  }

  #forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    this.#crowd.delete(waiter);
  }
}
