// Which clients are asked for a certificate. OpenSSL checks whatever chain comes, to its end, on
// the event loop, although a key of any issuer will do: names times constraints, so that 100 KB of
// certificates stop a node for six seconds (OpenSSL 3.0). Node can bound neither the bytes nor the
// depth beforehand. So strangers are asked a few at a time, and where a handshake was longer than
// any terminal's own certificate needs, nobody is asked for an hour: they come in as terminals
// without a key.

import type { Clock } from '../../clock.ts';
import { terminalKey } from '../../network-address.ts';
import { NetworkCrowd } from '../../network-crowd.ts';

/** Behind the ClientHello. One certificate of RSA-4096 and its proof are 3 KB. */
export const MOST_HANDSHAKE_BYTES = 12 * 1_024;

const STRANGERS_AT_A_TIME = 4;
const OF_ONE_ADDRESS_AT_A_TIME = 2;
/** After so many long handshakes, only addresses are asked from which a key was let in. */
const MOST_LONG_HANDSHAKES = 4;
const PAUSE_MS = 3_600_000;
const MOST_REMEMBERED = 10_000;

export interface Handshake {
  readonly asksForKey: boolean;
  /** Whether it was too long. To be called however it ended, with the bytes that came. */
  end(bytes: number): boolean;
}

export class KeyAsking {
  readonly #clock: Pick<Clock, 'now'>;
  /** When each address had its long handshake, the oldest first. */
  readonly #long = new Map<string, number>();
  readonly #known = new Set<string>();
  /** Handshakes under way from places without a known key. */
  readonly #strangers = new NetworkCrowd<symbol>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  begin(address: string): Handshake {
    const place = terminalKey(address);
    if (!this.#mayAsk(place, address)) return { asksForKey: false, end: () => false };
    const handshake = Symbol('handshake');
    if (!this.#known.has(place)) this.#strangers.add(address, handshake);
    return {
      asksForKey: true,
      end: (bytes) => {
        this.#strangers.delete(address, handshake);
        if (bytes <= MOST_HANDSHAKE_BYTES) return false;
        this.#long.delete(place);
        this.#long.set(place, this.#nowMs());
        return true;
      },
    };
  }

  /** A terminal with a key was let in from there. */
  remember(address: string): void {
    const place = terminalKey(address);
    this.#known.delete(place);
    this.#known.add(place);
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(oldestOf(this.#known.keys()));
  }

  #mayAsk(place: string, address: string): boolean {
    for (const [each, atMs] of this.#long) {
      if (this.#nowMs() - atMs < PAUSE_MS) break;
      this.#long.delete(each);
    }
    if (this.#long.has(place)) return false;
    if (this.#known.has(place)) return true;
    if (this.#long.size >= MOST_LONG_HANDSHAKES || this.#strangers.size >= STRANGERS_AT_A_TIME) return false;
    return this.#strangers.countOf(address) < OF_ONE_ADDRESS_AT_A_TIME;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

function oldestOf(keys: Iterable<string>): string {
  for (const key of keys) return key;
  return '';
}
