// How many bytes of certificates may come without letting anybody in: of a place, and of its
// network. What a certificate costs goes with its bytes, some milliseconds for each thousand where
// it was made to cost much, and a chain's with their square, since OpenSSL holds the names of each
// certificate against the constraints of those above it. So a long handshake counts many times.

import type { Clock } from '../../clock.ts';
import { providerNetworkKey, terminalKey } from '../../network-address.ts';

/** Behind the ClientHello. One certificate of RSA-4096 and its proof are 3 KB. */
export const MOST_HANDSHAKE_BYTES = 6 * 1_024;

/** Whether a key was let in from there. */
export type PlaceKind = 'known' | 'unknown';

const MINUTE_MS = 60_000;
/**
 * A minute. Of an unknown place a dozen new terminals; the first that is let in makes it a known
 * one. A handshake of 100 kB, the longest, pauses a known place for eight minutes, another for an
 * hour.
 */
const MOST_OF_PLACE = { known: 192 * 1_024, unknown: 24 * 1_024 };
const MOST_OF_NETWORK = { known: 768 * 1_024, unknown: 384 * 1_024 };
/** What a client sends that is asked and has none is less. */
const LEAST_BYTES = 512;
/** Given back for a terminal that is let in: no less than its certificate. */
const REFUND_BYTES = 3 * 1_024;
const MOST_REMEMBERED = 10_000;

interface Debt {
  readonly atMs: number;
  readonly bytes: number;
}

interface Account {
  readonly key: string;
  /** Spent at most, and forgotten in a minute. */
  readonly most: number;
}

export class CertificateBudget {
  readonly #clock: Pick<Clock, 'now'>;
  /** By place and by network, the last to be changed at the end. */
  readonly #debts = new Map<string, Debt>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  spend(address: string, kind: PlaceKind, bytes: number): void {
    if (bytes < LEAST_BYTES) return;
    const cost = bytes * Math.max(1, bytes / MOST_HANDSHAKE_BYTES);
    const [place, network] = accountsOf(address, kind);
    this.#change(place, cost);
    // One known place must not hold off the others: it is paused itself.
    this.#change(network, kind === 'known' ? Math.min(cost, MOST_OF_PLACE.known) : cost);
  }

  refund(address: string): void {
    for (const account of accountsOf(address, 'known')) this.#change(account, -REFUND_BYTES);
  }

  isSpent(address: string, kind: PlaceKind): boolean {
    return accountsOf(address, kind).some((account) => this.#debtOf(account) >= account.most);
  }

  #change(account: Account, bytes: number): void {
    const after = this.#debtOf(account) + bytes;
    this.#debts.delete(account.key);
    if (after > 0) this.#debts.set(account.key, { atMs: this.#nowMs(), bytes: after });
    for (const key of this.#debts.keys()) {
      if (this.#debts.size <= MOST_REMEMBERED) break;
      this.#debts.delete(key);
    }
  }

  #debtOf({ key, most }: Account): number {
    const debt = this.#debts.get(key);
    if (debt === undefined) return 0;
    return Math.max(0, debt.bytes - (most * (this.#nowMs() - debt.atMs)) / MINUTE_MS);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

/** A place keeps its debt when it becomes known; its network has one of each kind. */
function accountsOf(address: string, kind: PlaceKind): [Account, Account] {
  return [
    { key: terminalKey(address), most: MOST_OF_PLACE[kind] },
    { key: `${kind} ${providerNetworkKey(address)}`, most: MOST_OF_NETWORK[kind] },
  ];
}
