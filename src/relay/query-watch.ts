// Whether an upstream works for its client: by whole messages, since a part of one, or a Flush,
// makes it wait for the client. Knows types of messages and nothing of what they say.

import { FrameCounter, messageKinds } from './frame-counter.ts';

const ENDS_IN_READY = 1;
const EXECUTES = 2;
const TERMINATES = 4;
// Message Formats: Query, FunctionCall and Sync end in ReadyForQuery; Execute in one of ANSWERS.
const REQUEST_KINDS = messageKinds({ QFS: ENDS_IN_READY, E: EXECUTES, X: TERMINATES });

const READY = 1;
const ANSWERED = 2;
/** ReadyForQuery; CommandComplete, EmptyQueryResponse, PortalSuspended, ErrorResponse. */
export const ANSWER_KINDS = messageKinds({ Z: READY, CIsE: ANSWERED });

export class QueryWatch {
  readonly #requests = new FrameCounter(REQUEST_KINDS);
  /** What the upstream still owes: an answer to Execute, or ReadyForQuery. */
  #owed: 'nothing' | 'answer' | 'ready' = 'nothing';

  get isQueryRunning(): boolean {
    return this.#owed !== 'nothing';
  }

  /** The client's last bytes were a Terminate. */
  get saidTerminate(): boolean {
    return this.#requests.atBoundary && this.#requests.lastKind === TERMINATES;
  }

  /** Must see every byte of the client's, in order. */
  onRequest(chunk: Buffer): void {
    const requests = this.#requests;
    requests.seenKinds = 0;
    requests.push(chunk);
    if ((requests.seenKinds & ENDS_IN_READY) !== 0 || requests.isLost) this.#owed = 'ready';
    else if ((requests.seenKinds & EXECUTES) !== 0 && this.#owed === 'nothing') this.#owed = 'answer';
  }

  /** What the upstream's messages of a chunk were, see ANSWER_KINDS. */
  onAnswer(seenKinds: number): void {
    if ((seenKinds & READY) !== 0) this.#owed = 'nothing';
    else if ((seenKinds & ANSWERED) !== 0 && this.#owed === 'answer') this.#owed = 'nothing';
  }
}
