// Writes an upstream's bytes to the client, and our own messages between its messages.

import type { Duplex } from 'node:stream';
import { readyForQuery, type TransactionStatus } from '../protocol/backend-messages.ts';
import { FrameCounter } from './frame-counter.ts';
import { ANSWER_KINDS } from './query-watch.ts';

export type InsertOutcome = 'sent' | 'given_up';

interface WaitingMessage {
  readonly bytes: Buffer;
  readonly isFinal: boolean;
  readonly settle: (outcome: InsertOutcome) => void;
}

/** More are given up: they wait for a boundary, which may be a gigabyte away. */
const MAX_WAITING_MESSAGES = 16;

export class MessageInserter {
  /** Of the upstream's messages, from the last ReadyForQuery before the relay on. */
  readonly frames = new FrameCounter(ANSWER_KINDS);
  readonly #client: Duplex;
  #waiting: WaitingMessage[] = [];
  /** The final message was written. */
  #isClosed = false;

  /** `readyStatus` is the transaction status of the last ReadyForQuery that the client got. */
  constructor(client: Duplex, readyStatus: TransactionStatus) {
    this.#client = client;
    this.frames.push(readyForQuery(readyStatus));
  }

  /** Writes a chunk, with waiting messages at its last boundary; drops it after the final one. */
  write(chunk: Buffer): void {
    if (this.#isClosed) return;
    const boundary = this.frames.push(chunk);
    if (this.#waiting.length === 0) this.#client.write(chunk);
    else this.#writeWithWaiting(chunk, boundary);
  }

  /** Writes the message at the next boundary; a client that reads nothing keeps it waiting. */
  insert(bytes: Buffer): Promise<InsertOutcome> {
    const outcome = this.#enqueue({ bytes, isFinal: false });
    if (!this.#client.writableNeedDrain) this.flush();
    return outcome;
  }

  /** Writes the message at the next boundary and nothing after it. */
  close(finalMessage: Buffer): Promise<InsertOutcome> {
    const outcome = this.#enqueue({ bytes: finalMessage, isFinal: true });
    this.flush();
    return outcome;
  }

  flush(): void {
    if (this.#waiting.length > 0 && this.frames.atBoundary) this.#writeWaiting();
  }

  giveUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) message.settle('given_up');
  }

  #enqueue(message: Omit<WaitingMessage, 'settle'>): Promise<InsertOutcome> {
    const isFull = this.#waiting.length >= MAX_WAITING_MESSAGES && !message.isFinal;
    if (this.#isClosed || this.frames.isLost || isFull) return Promise.resolve('given_up');
    return new Promise((settle) => {
      this.#waiting.push({ ...message, settle });
    });
  }

  #writeWithWaiting(chunk: Buffer, boundary: number | null): void {
    if (this.frames.isLost) this.giveUp();
    if (this.#waiting.length === 0 || boundary === null) {
      this.#client.write(chunk);
      return;
    }
    this.#client.cork();
    this.#client.write(chunk.subarray(0, boundary));
    this.#writeWaiting();
    if (boundary < chunk.length && !this.#isClosed) this.#client.write(chunk.subarray(boundary));
    this.#client.uncork();
  }

  #writeWaiting(): void {
    for (const message of this.#waiting.splice(0)) {
      this.#client.write(message.bytes);
      if (message.isFinal) this.#isClosed = true;
      message.settle('sent');
    }
  }
}
