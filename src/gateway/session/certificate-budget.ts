// How many bytes of certificates may come in a minute without letting anybody in: of a place, and
// of its network. What a certificate costs goes with its bytes, some milliseconds for each thousand
// where it was made to cost much.

import type { Clock } from '../../clock.ts';
import { providerNetworkKey, terminalKey } from '../../network-address.ts';

const MINUTE_MS = 60_000;
/** A dozen new terminals; the first that is let in makes the place a known one. */
const MOST_OF_PLACE = 24 * 1_024;
const MOST_OF_KNOWN_PLACE = 192 * 1_024;
const MOST_OF_NETWORK = 384 * 1_024;
/** What a client sends that is asked and has none is less. */
const LEAST_BYTES = 512;
/** Given back for a terminal that is let in: no less than its certificate. */
const REFUND_BYTES = 3 * 1_024;
const MOST_REMEMBERED = 10_000;

interface Spending {
  readonly sinceMs: number;
  readonly bytes: number;
}

export class CertificateBudget {
  readonly #clock: Pick<Clock, 'now'>;
  /** By place and by network, the last to be changed at the end. */
  readonly #spent = new Map<string, Spending>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  spend(address: string, bytes: number): void {
    if (bytes >= LEAST_BYTES) this.#change(address, bytes);
  }

  refund(address: string): void {
    this.#change(address, -REFUND_BYTES);
  }

  isSpent(address: string, place: 'known' | 'unknown'): boolean {
    const mostOfPlace = place === 'known' ? MOST_OF_KNOWN_PLACE : MOST_OF_PLACE;
    if (this.#bytesOf(terminalKey(address)) >= mostOfPlace) return true;
    return place === 'unknown' && this.#bytesOf(providerNetworkKey(address)) >= MOST_OF_NETWORK;
  }

  #change(address: string, bytes: number): void {
    for (const key of [terminalKey(address), providerNetworkKey(address)]) {
      const before = this.#bytesOf(key);
      const sinceMs = before === 0 ? this.#nowMs() : (this.#spent.get(key)?.sinceMs ?? this.#nowMs());
      this.#spent.delete(key);
      if (before + bytes > 0) this.#spent.set(key, { sinceMs, bytes: before + bytes });
    }
    for (const key of this.#spent.keys()) {
      if (this.#spent.size <= MOST_REMEMBERED) break;
      this.#spent.delete(key);
    }
  }

  #bytesOf(key: string): number {
    const spending = this.#spent.get(key);
    return spending === undefined || this.#nowMs() - spending.sinceMs >= MINUTE_MS ? 0 : spending.bytes;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
