// Knows whether a query is running, from the bytes that a client sends and the ReadyForQuery
// messages that come back. The client's bytes stay opaque, so a query sent before the last one's
// ReadyForQuery does not count.

import { endsInTerminate, TERMINATE_BYTES } from '../protocol/frontend-messages.ts';

type QueryState =
  /** Nothing was sent since the last ReadyForQuery, other than a lone Terminate. */
  'idle' | 'running';

export class QueryTracker {
  #state: QueryState = 'idle';
  #saidTerminate = false;

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** True when the last bytes were a Terminate. */
  get saidTerminate(): boolean {
    return this.#saidTerminate;
  }

  noteSent(chunk: Buffer): void {
    this.#saidTerminate = endsInTerminate(chunk);
    if (!this.#saidTerminate || chunk.length > TERMINATE_BYTES) this.#state = 'running';
  }

  noteReady(): void {
    this.#state = 'idle';
  }
}
