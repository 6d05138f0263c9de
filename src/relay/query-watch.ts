// What an upstream does for its client: by whole messages, since a part of one, or a Flush, makes
// it wait for the client. Knows types of messages and nothing of what they say.

import { COUNTED, FrameCounter, messageKinds } from './frame-counter.ts';

const ENDS_IN_READY = 1 | COUNTED;
const EXECUTES = 2;
const TERMINATES = 4;
// Message Formats: Query, FunctionCall and Sync end in ReadyForQuery; Execute in one of ANSWERS.
const REQUEST_KINDS = messageKinds({ QFS: ENDS_IN_READY, E: EXECUTES, X: TERMINATES });

const READY = 1 | COUNTED;
const ANSWERED = 2;
const COPIES_IN = 4;
const COPIES_OUT = 8;
const SETS = 16;
/**
 * ReadyForQuery; CommandComplete, EmptyQueryResponse, PortalSuspended, ErrorResponse;
 * CopyInResponse, CopyBothResponse; CopyOutResponse, CopyData; ParameterStatus.
 */
export const ANSWER_KINDS = messageKinds({ Z: READY, CIsE: ANSWERED, GW: COPIES_IN, Hd: COPIES_OUT, S: SETS });

/** `unknown` once the framing of the upstream made no sense. */
export type QueryState = 'idle' | 'running' | 'copying' | 'unknown';

/** What the upstream's messages of one chunk were, see ANSWER_KINDS. */
type Answers = Pick<FrameCounter, 'seenKinds' | 'lastKind' | 'counted' | 'isLost'>;

export class QueryWatch {
  /** Grows whenever a query begins or ends: the state is an old one while it stays the same. */
  turns = 0;
  /** The upstream has told of a parameter's new value, perhaps of `client_encoding`. */
  hasNewParameters = false;
  readonly #requests = new FrameCounter(REQUEST_KINDS);
  /** How many ReadyForQuery the upstream owes: clients may send several requests ahead. */
  #readyOwed = 0;
  /** An answer to Execute, for clients that have not sent Sync yet. */
  #isAnswerOwed = false;
  #isCopying = false;
  /** Since the last ReadyForQuery. */
  #hasCopiedIn = false;
  #isUnknown = false;

  get isQueryRunning(): boolean {
    return this.#readyOwed > 0 || this.#isAnswerOwed;
  }

  get state(): QueryState {
    if (this.#isUnknown) return 'unknown';
    if (!this.isQueryRunning) return 'idle';
    return this.#isCopying ? 'copying' : 'running';
  }

  /** The client's last bytes were a Terminate. */
  get saidTerminate(): boolean {
    return this.#requests.atBoundary && this.#requests.lastKind === TERMINATES;
  }

  /** Must see every byte of the client's, in order. */
  onRequest(chunk: Buffer): void {
    const requests = this.#requests;
    requests.clear();
    requests.push(chunk);
    if (requests.seenKinds === 0 && !requests.isLost) return;
    const wasRunning = this.isQueryRunning;
    // COPY Operations: an upstream that copies in ignores Sync.
    if (!this.#hasCopiedIn) this.#readyOwed += requests.counted;
    if (requests.isLost) this.#readyOwed = 1;
    if ((requests.seenKinds & EXECUTES) !== 0 && this.#readyOwed === 0) this.#isAnswerOwed = true;
    if (!wasRunning && this.isQueryRunning) this.turns += 1;
  }

  onAnswer(answers: Answers): void {
    const { seenKinds, isLost } = answers;
    if (isLost) this.#isUnknown = true;
    if ((seenKinds & SETS) !== 0) this.hasNewParameters = true;
    if (seenKinds === 0) return;
    if (this.#isCopying || (seenKinds & (COPIES_IN | COPIES_OUT)) !== 0) this.#followCopy(answers);
    if ((seenKinds & READY) !== 0) {
      // What was ignored while copying in is not owed.
      this.#readyOwed = this.#hasCopiedIn ? 0 : Math.max(0, this.#readyOwed - answers.counted);
      this.#hasCopiedIn = false;
      this.#isAnswerOwed = false;
      this.turns += 1;
    } else if ((seenKinds & ANSWERED) !== 0 && this.#isAnswerOwed) {
      this.#isAnswerOwed = false;
      this.turns += 1;
    }
  }

  /** A chunk may end one COPY and begin another; while one is under way, its data comes last. */
  #followCopy({ seenKinds, lastKind }: Answers): void {
    const ends = (seenKinds & (ANSWERED | READY)) !== 0;
    this.#isCopying = !ends || (lastKind & (COPIES_IN | COPIES_OUT)) !== 0;
    if ((seenKinds & COPIES_IN) !== 0) this.#hasCopiedIn = true;
  }
}
