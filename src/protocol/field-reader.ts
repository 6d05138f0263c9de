// Reads the fields of one packet or message from bytes that are all there.

import { isUtf8 } from 'node:buffer';
import { ProtocolViolation, type ViolationKind } from './protocol-violation.ts';

/** A cursor over one body. Too few bytes throw a ProtocolViolation of the given kind. */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #kind: ViolationKind;
  #offset = 0;

  constructor(bytes: Buffer, kind: ViolationKind = 'malformed_message') {
    this.#bytes = bytes;
    this.#kind = kind;
  }

  get remainingBytes(): number {
    return this.#bytes.length - this.#offset;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  int32(): number {
    return this.bytes(4).readInt32BE();
  }

  /** A view, not a copy, of the next `count` bytes. */
  bytes(count: number): Buffer {
    if (count < 0 || count > this.remainingBytes) throw this.violation('ends before its fields do');
    const start = this.#offset;
    this.#offset += count;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** The bytes before the next NUL, which is skipped. */
  cstringBytes(): Buffer {
    const end = this.#bytes.indexOf(0, this.#offset);
    if (end === -1) throw this.violation('has a string without an end');
    const text = this.#bytes.subarray(this.#offset, end);
    this.#offset = end + 1;
    return text;
  }

  /** A NUL-terminated string that must be valid UTF-8. */
  cstring(): string {
    const bytes = this.cstringBytes();
    if (!isUtf8(bytes)) throw this.violation('has a string that is not UTF-8');
    return bytes.toString('utf8');
  }

  rest(): Buffer {
    return this.bytes(this.remainingBytes);
  }

  end(): void {
    if (this.remainingBytes > 0) throw this.violation('goes on after its last field');
  }

  violation(problem: string): ProtocolViolation {
    return new ProtocolViolation(this.#kind, `message ${problem}`);
  }
}
