// Follows the boundaries of the messages in a stream from an upstream, and what each ReadyForQuery says.
// Skips payloads by arithmetic; keeps no bytes, and knows nothing of what the messages mean.

import type { TransactionStatus } from '../protocol/backend-messages.ts';

const READY_FOR_QUERY = 0x5a;
const HEADER_BYTES = 5;
const SMALLEST_LENGTH = 4;

/**
 * Must see every byte of the stream from a boundary on; pushing the login's ReadyForQuery first makes the status known.
 * The hot path of the relay: no allocation per message.
 */
export class FrameCounter {
  #transactionStatus: TransactionStatus | 'unknown' = 'unknown';
  #readyCount = 0;
  #isLost = false;
  /** Bytes of an unfinished header that were seen: 0 to 4. */
  #headerBytes = 0;
  #type = 0;
  /** The length field as far as it was seen, most significant byte first. */
  #length = 0;
  /** Bytes of the payload that are still to come. */
  #payloadBytes = 0;
  /** The next payload byte is the status of a ReadyForQuery. */
  #statusIsNext = false;

  /** True between two messages, so where a message may be put in. Never again after an impossible length. */
  get atBoundary(): boolean {
    return this.#payloadBytes === 0 && this.#headerBytes === 0 && !this.#isLost;
  }

  /** Of the last ReadyForQuery; `unknown` before the first and once the count is lost. */
  get transactionStatus(): TransactionStatus | 'unknown' {
    return this.#isLost ? 'unknown' : this.#transactionStatus;
  }

  /** ReadyForQuery messages so far: unchanged since the client last sent something means that it is still being served. */
  get readyCount(): number {
    return this.#readyCount;
  }

  /** True once a length below 4 came: the stream is relayed on, but nothing may be put into it. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Counts the next chunk. Returns the offset in it just behind the last message that ends in it (1 to its length),
   * or null when none does.
   */
  push(chunk: Buffer): number | null {
    let lastBoundary: number | null = null;
    let offset = 0;
    const end = chunk.length;
    while (offset < end && !this.#isLost) {
      if (this.#payloadBytes === 0) offset = this.#readHeader(chunk, offset);
      if (this.#payloadBytes > 0) offset = this.#skipPayload(chunk, offset);
      if (this.atBoundary) lastBoundary = offset;
    }
    return lastBoundary;
  }

  #readHeader(chunk: Buffer, start: number): number {
    if (this.#headerBytes === 0 && chunk.length - start >= HEADER_BYTES) {
      this.#beginMessage(chunk[start] ?? 0, chunk.readInt32BE(start + 1));
      return start + HEADER_BYTES;
    }
    return this.#readSplitHeader(chunk, start);
  }

  #readSplitHeader(chunk: Buffer, start: number): number {
    let offset = start;
    while (offset < chunk.length) {
      const byte = chunk[offset++] ?? 0;
      if (this.#headerBytes === 0) {
        this.#type = byte;
        this.#length = 0;
      } else {
        this.#length = (this.#length << 8) | byte;
      }
      this.#headerBytes++;
      if (this.#headerBytes === HEADER_BYTES) {
        this.#headerBytes = 0;
        this.#beginMessage(this.#type, this.#length);
        break;
      }
    }
    return offset;
  }

  #beginMessage(type: number, length: number): void {
    // The length counts itself but not the type byte.
    if (length < SMALLEST_LENGTH) {
      this.#isLost = true;
      return;
    }
    this.#payloadBytes = length - SMALLEST_LENGTH;
    this.#statusIsNext = type === READY_FOR_QUERY;
  }

  #skipPayload(chunk: Buffer, start: number): number {
    if (start >= chunk.length) return start;
    if (this.#statusIsNext) {
      this.#statusIsNext = false;
      this.#readyCount++;
      this.#transactionStatus = statusOf(chunk[start]);
    }
    const skipped = Math.min(this.#payloadBytes, chunk.length - start);
    this.#payloadBytes -= skipped;
    return start + skipped;
  }
}

function statusOf(byte: number | undefined): TransactionStatus | 'unknown' {
  switch (byte) {
    case 0x49:
      return 'I';
    case 0x54:
      return 'T';
    case 0x45:
      return 'E';
    default:
      return 'unknown';
  }
}
