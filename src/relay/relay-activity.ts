// What moved through a relay, by its byte counts, so that no chunk pays for it.

import type { Relay } from './relay.ts';

type CountedRelay = Pick<Relay, 'bytesToUpstream' | 'bytesToClient'>;

export class RelayActivity {
  readonly #relay: CountedRelay;
  #toUpstream = 0;
  #toClient = 0;
  /** When moved bytes were last noticed. */
  #quietSinceMs: number;

  constructor(relay: CountedRelay, nowMs: number) {
    this.#relay = relay;
    this.#quietSinceMs = nowMs;
  }

  /** The bytes since the last call; null when there are none. */
  take(nowMs: number): { readonly toUpstream: number; readonly toClient: number } | null {
    const { bytesToUpstream, bytesToClient } = this.#relay;
    const toUpstream = bytesToUpstream - this.#toUpstream;
    const toClient = bytesToClient - this.#toClient;
    if (toUpstream === 0 && toClient === 0) return null;
    this.#toUpstream = bytesToUpstream;
    this.#toClient = bytesToClient;
    this.#quietSinceMs = nowMs;
    return { toUpstream, toClient };
  }

  /** Milliseconds without a byte; too short by at most the time between two `take`s. */
  quietMs(nowMs: number): number {
    const { bytesToUpstream, bytesToClient } = this.#relay;
    const hasMoved = bytesToUpstream !== this.#toUpstream || bytesToClient !== this.#toClient;
    return hasMoved ? 0 : nowMs - this.#quietSinceMs;
  }
}
