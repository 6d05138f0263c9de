// Slots for work that waits on untrusted peers, such as TLS handshakes. Under pressure the slowest
// holder of the network that overstays most loses its slot, and the network that waits least comes
// first: whoever sends many waits behind his own.

import { NetworkCrowd } from '../network-crowd.ts';
import { type LinkedAbort, linkedAbort, TimeLimitExceeded } from './time-limit.ts';

export interface SlotsOptions {
  readonly places: number;
  /** How long a holder keeps its slot undisturbed, even while others wait. */
  readonly undisturbedMs: number;
}

interface Peer {
  readonly address: string;
  readonly signal: AbortSignal;
}

interface Holder {
  readonly address: string;
  readonly abort: LinkedAbort;
}

export class Slots {
  readonly #undisturbedMs: number;
  readonly #waiting = new NetworkCrowd<() => void>();
  /** Holders past their undisturbed time. */
  readonly #overstaying = new NetworkCrowd<Holder>();
  readonly #leaving = new Set<Holder>();
  #free: number;

  constructor({ places, undisturbedMs }: SlotsOptions) {
    this.#free = places;
    this.#undisturbedMs = undisturbedMs;
  }

  /** The work must end when its signal does: with TimeLimitExceeded when it overstayed. */
  async run<T>(peer: Peer, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    await this.#take(peer);
    const holder = { address: peer.address, abort: linkedAbort(peer.signal) };
    const timer = setTimeout(() => this.#overstay(holder), this.#undisturbedMs);
    try {
      peer.signal.throwIfAborted();
      return await work(holder.abort.signal);
    } finally {
      clearTimeout(timer);
      holder.abort.unlink();
      this.#give(holder);
    }
  }

  async #take({ address, signal }: Peer): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        this.#waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      this.#waiting.add(address, enter);
      signal.addEventListener('abort', leave, { once: true });
      this.#makeRoom();
    });
  }

  #overstay(holder: Holder): void {
    this.#overstaying.add(holder.address, holder);
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.#leaving.size < this.#waiting.size) {
      const [longest] = this.#overstaying.mostCrowded();
      if (longest === undefined) return;
      this.#overstaying.delete(longest);
      this.#leaving.add(longest);
      longest.abort.abort(new TimeLimitExceeded(this.#undisturbedMs));
    }
  }

  #give(holder: Holder): void {
    this.#overstaying.delete(holder);
    this.#leaving.delete(holder);
    // The newest of an address: those before it have most likely given up.
    const next = [...this.#waiting.leastCrowded()].at(-1);
    if (next === undefined) this.#free += 1;
    else next();
  }
}
