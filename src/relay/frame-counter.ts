// Follows the boundaries of one side's messages: which kinds came whole, and what each
// ReadyForQuery says.

import type { TransactionStatus } from '../protocol/backend-messages.ts';

// Message Formats: ReadyForQuery.
const READY_FOR_QUERY = 0x5a;
const HEADER_BYTES = 5;
const SMALLEST_LENGTH = 4;

/** A bit for each kind of message that matters, by type byte; 0 for all others. */
export type MessageKinds = Uint8Array;

/** The bit of those kinds that are counted as well. */
export const COUNTED = 0x80;
const COUNTED_SHIFT = 7;

export function messageKinds(bits: Readonly<Record<string, number>>): MessageKinds {
  const kinds = new Uint8Array(256);
  for (const [types, bit] of Object.entries(bits)) for (const type of types) kinds[type.charCodeAt(0)] = bit;
  return kinds;
}

/**
 * Must see every byte from a boundary on; the login's ReadyForQuery comes first. The hot path of
 * the relay: allocates nothing, and costs a few nanoseconds a message.
 */
export class FrameCounter {
  readyCount = 0;
  /** True after a length below 4: the stream is relayed on, but nothing may be inserted. */
  isLost = false;
  /** The kinds that came to their end since `clear`. */
  seenKinds = 0;
  /** How many of the kinds with COUNTED came to their end since `clear`. */
  counted = 0;
  /** The kind of the last message that came to its end. */
  lastKind = 0;
  readonly #kinds: MessageKinds;
  #transactionStatus: TransactionStatus | 'unknown' = 'unknown';
  /** Bytes of an unfinished header that were seen: 0 to 4. */
  #headerBytes = 0;
  #type = 0;
  /** The length field as far as it was seen, most significant byte first. */
  #length = 0;
  /** Bytes of the payload that are still to come. */
  #payloadBytes = 0;
  /** The next payload byte is the status of a ReadyForQuery. */
  #statusIsNext = false;

  constructor(kinds: MessageKinds = messageKinds({})) {
    this.#kinds = kinds;
  }

  /** True between two messages, and never again after an impossible length. */
  get atBoundary(): boolean {
    return this.#payloadBytes === 0 && this.#headerBytes === 0 && !this.isLost;
  }

  /** Of the last ReadyForQuery; `unknown` before the first and once the count is lost. */
  get transactionStatus(): TransactionStatus | 'unknown' {
    return this.isLost ? 'unknown' : this.#transactionStatus;
  }

  /** Forgets the kinds that were seen and counted. */
  clear(): void {
    this.seenKinds = 0;
    this.counted = 0;
  }

  /** Returns the offset behind the last message that ends in the chunk, or null. */
  push(chunk: Buffer): number | null {
    if (this.isLost) return null;
    const end = chunk.length;
    let offset = 0;
    let lastBoundary: number | null = null;
    if (this.#payloadBytes > 0 || this.#headerBytes > 0) {
      offset = this.#finishMessage(chunk);
      if (!this.atBoundary) return null;
      this.#noteEnd();
      lastBoundary = offset;
    }
    while (end - offset >= HEADER_BYTES) {
      const length = chunk.readInt32BE(offset + 1);
      if (length < SMALLEST_LENGTH) {
        this.isLost = true;
        return lastBoundary;
      }
      this.#type = chunk[offset] ?? 0;
      if (this.#type === READY_FOR_QUERY && length > SMALLEST_LENGTH) this.#readStatus(chunk, offset + HEADER_BYTES);
      // The length counts itself but not the type byte.
      offset += length + 1;
      if (offset > end) {
        this.#payloadBytes = offset - end;
        return lastBoundary;
      }
      this.#noteEnd();
      lastBoundary = offset;
    }
    if (offset < end) this.#readHeader(chunk, offset);
    return lastBoundary;
  }

  #noteEnd(): void {
    this.lastKind = this.#kinds[this.#type] ?? 0;
    this.seenKinds |= this.lastKind;
    this.counted += this.lastKind >>> COUNTED_SHIFT;
  }

  /** Takes the rest of an earlier chunk's message; returns the offset behind it. */
  #finishMessage(chunk: Buffer): number {
    const start = this.#headerBytes > 0 ? this.#readHeader(chunk, 0) : 0;
    const taken = Math.min(this.#payloadBytes, chunk.length - start);
    if (this.#statusIsNext && taken > 0) this.#readStatus(chunk, start);
    this.#payloadBytes -= taken;
    return start + taken;
  }

  /** Byte by byte, for a header that is split between chunks. */
  #readHeader(chunk: Buffer, start: number): number {
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
        this.#beginPayload();
        break;
      }
    }
    return offset;
  }

  #beginPayload(): void {
    this.#headerBytes = 0;
    if (this.#length < SMALLEST_LENGTH) {
      this.isLost = true;
      return;
    }
    this.#payloadBytes = this.#length - SMALLEST_LENGTH;
    this.#statusIsNext = this.#type === READY_FOR_QUERY && this.#payloadBytes > 0;
  }

  #readStatus(chunk: Buffer, offset: number): void {
    this.#statusIsNext = offset >= chunk.length;
    if (this.#statusIsNext) return;
    this.readyCount++;
    this.#transactionStatus = statusOf(chunk[offset]);
  }
}

function statusOf(byte: number | undefined): TransactionStatus | 'unknown' {
  if (byte === 0x49) return 'I';
  if (byte === 0x54) return 'T';
  return byte === 0x45 ? 'E' : 'unknown';
}
