// Which clients are asked for a certificate. OpenSSL checks whatever chain comes, to its end, on
// the event loop, although a key of any issuer will do: names times constraints, so that 100 KB of
// certificates stop a node for six seconds (OpenSSL 3.0), and keys with huge exponents, 60 ms in 10
// KB. Node can bound neither the bytes nor the depth beforehand. So strangers are asked a few at a
// time, certificates that let nobody in are counted, long ones many times, and where too many came,
// nobody is asked for a while: they come in as terminals without a key, and what their person
// approves is not remembered (terminal-sharing.ts).

import { Slots } from '../../async/slots.ts';
import { linkedAbort, TimeLimitExceeded } from '../../async/time-limit.ts';
import type { Clock } from '../../clock.ts';
import { providerNetworkKey, terminalKey } from '../../network-address.ts';
import { NetworkCrowd } from '../../network-crowd.ts';
import { CertificateBudget, MOST_HANDSHAKE_BYTES, type PlaceKind } from './certificate-budget.ts';

const STRANGERS_AT_A_TIME = 4;
const OF_ONE_ADDRESS_AT_A_TIME = 2;
/** After so many of strangers in an hour, only addresses are asked where a key was let in. */
const MOST_LONG_HANDSHAKES = 8;
const MOST_LONG_OF_NETWORK = 2;
const LONG_COUNTS_MS = 3_600_000;
const MOST_REMEMBERED = 10_000;
/** Of a place with a known key: others there wait, since their keys let them in. */
const KNOWN_AT_A_TIME = { places: 4, undisturbedMs: 2_000 };
/** But not for long: a neighbour may hold all four, and a link is better than nothing. */
const PATIENCE_MS = 3_000;

export interface Handshake {
  readonly asksForKey: boolean;
  /** Whether it was too long. To be called however it ended, with the bytes that came. */
  end(bytes: number): boolean;
}

export type Asking = 'may_ask' | 'asks_nothing';

interface LongHandshake {
  readonly atMs: number;
  readonly network: string;
}

interface Peer {
  readonly address: string;
  readonly signal: AbortSignal;
}

export class KeyAsking {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #patienceMs: number;
  /** Of strangers, the last of each place, the oldest first. */
  readonly #long = new Map<string, LongHandshake>();
  /** Places from which a key was let in, each with its handshakes under way. */
  readonly #known = new Map<string, Slots>();
  /** Handshakes under way from places without a known key. */
  readonly #strangers = new NetworkCrowd<symbol>();
  readonly #budget: CertificateBudget;

  constructor(clock: Pick<Clock, 'now'>, { patienceMs = PATIENCE_MS } = {}) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#budget = new CertificateBudget(clock);
  }

  /** Where a key is known, few at a time may ask. The work must end when its signal does. */
  async inTurn<T>(
    { address, signal }: Peer,
    handshake: (signal: AbortSignal, asking: Asking) => Promise<T>,
  ): Promise<T> {
    const place = terminalKey(address);
    const slots = this.#known.get(place);
    if (slots === undefined || this.#budget.isSpent(address, 'known')) return await handshake(signal, 'may_ask');
    const waiting = linkedAbort(signal);
    const patience = setTimeout(() => waiting.abort(new TimeLimitExceeded(this.#patienceMs)), this.#patienceMs);
    let isBegun = false;
    try {
      return await slots.run({ address, signal: waiting.signal }, (inTurn) => {
        clearTimeout(patience);
        isBegun = true;
        return handshake(inTurn, 'may_ask');
      });
    } catch (error) {
      if (isBegun || signal.aborted) throw error;
      return await handshake(signal, 'asks_nothing');
    } finally {
      clearTimeout(patience);
      waiting.unlink();
    }
  }

  begin(address: string, asking: Asking = 'may_ask'): Handshake {
    const place = terminalKey(address);
    const kind = this.#known.has(place) ? 'known' : 'unknown';
    if (asking === 'asks_nothing' || !this.#mayAsk(address, kind)) return { asksForKey: false, end: () => false };
    const handshake = Symbol('handshake');
    if (kind === 'unknown') this.#strangers.add(address, handshake);
    return {
      asksForKey: true,
      end: (bytes) => {
        this.#strangers.delete(handshake);
        this.#budget.spend(address, kind, bytes);
        if (bytes <= MOST_HANDSHAKE_BYTES) return false;
        if (kind === 'unknown') this.#countLong(place, address);
        return true;
      },
    };
  }

  /** A terminal with a key was let in from there. */
  remember(address: string): void {
    const place = terminalKey(address);
    const slots = this.#known.get(place) ?? new Slots(KNOWN_AT_A_TIME);
    this.#known.delete(place);
    this.#known.set(place, slots);
    this.#budget.refund(address);
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(oldestOf(this.#known.keys()));
  }

  #mayAsk(address: string, kind: PlaceKind): boolean {
    if (this.#budget.isSpent(address, kind)) return false;
    if (kind === 'known') return true;
    this.#forgetLong();
    const network = providerNetworkKey(address);
    const ofNetwork = [...this.#long.values()].filter((long) => long.network === network).length;
    if (this.#long.size >= MOST_LONG_HANDSHAKES || ofNetwork >= MOST_LONG_OF_NETWORK) return false;
    return this.#strangers.size < STRANGERS_AT_A_TIME && this.#strangers.countOf(address) < OF_ONE_ADDRESS_AT_A_TIME;
  }

  #countLong(place: string, address: string): void {
    this.#long.delete(place);
    this.#long.set(place, { atMs: this.#nowMs(), network: providerNetworkKey(address) });
  }

  #forgetLong(): void {
    for (const [each, { atMs }] of this.#long) {
      if (this.#nowMs() - atMs < LONG_COUNTS_MS) break;
      this.#long.delete(each);
    }
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

function oldestOf(keys: Iterable<string>): string {
  for (const key of keys) return key;
  return '';
}
