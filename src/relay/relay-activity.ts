// What moved through a relay and since when its query runs, by its own counts, so that no chunk
// pays for it.

import type { Relay } from './relay.ts';

type CountedRelay = Pick<Relay, 'bytesToUpstream' | 'bytesToClient'> & {
  readonly queries: Pick<Relay['queries'], 'turns'>;
};

export class RelayActivity {
  readonly #relay: CountedRelay;
  #toUpstream = 0;
  #toClient = 0;
  /** When moved bytes were last noticed. */
  #quietSinceMs: number;
  #queryTurns: number;
  #stateSinceMs: number;

  constructor(relay: CountedRelay, nowMs: number) {
    this.#relay = relay;
    this.#quietSinceMs = nowMs;
    this.#queryTurns = relay.queries.turns;
    this.#stateSinceMs = nowMs;
  }

  /** The bytes since the last call; null when there are none. */
  take(nowMs: number): { readonly toUpstream: number; readonly toClient: number } | null {
    this.stateSinceMs(nowMs);
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

  /** When the query, or the pause since the last one, began; late by the time between two calls. */
  stateSinceMs(nowMs: number): number {
    const { turns } = this.#relay.queries;
    if (turns !== this.#queryTurns) {
      this.#queryTurns = turns;
      this.#stateSinceMs = nowMs;
    }
    return this.#stateSinceMs;
  }
}
