// Knows whether a client waits for an answer, from the bytes that it sends and the ReadyForQuery messages that come back.
// Its bytes stay opaque, so a query sent before the last one's ReadyForQuery does not count.

import { isTerminate } from '../protocol/frontend-messages.ts';

const TERMINATE_BYTES = 5;

export class UnansweredClient {
  #isWaiting = false;
  #saidTerminate = false;

  /** True while something was sent since the last ReadyForQuery, other than a lone Terminate. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** True when the last bytes were a Terminate. */
  get saidTerminate(): boolean {
    return this.#saidTerminate;
  }

  noteSent(chunk: Buffer): void {
    this.#saidTerminate = isTerminate(chunk.subarray(-TERMINATE_BYTES));
    if (!this.#saidTerminate || chunk.length > TERMINATE_BYTES) this.#isWaiting = true;
  }

  noteReady(): void {
    this.#isWaiting = false;
  }
}
