// Cuts a possibly hostile upstream's bytes into messages while it logs us in; strictly bounded.

import { ProtocolViolation } from './protocol-violation.ts';

export const MAX_UPSTREAM_MESSAGE_BYTES = 65_536;
/** Messages up to ReadyForQuery, so a login that never ends does end. */
export const MAX_UPSTREAM_LOGIN_MESSAGES = 200;

// The messages of a login with 3.0: no NegotiateProtocolVersion, as we ask for nothing new.
const LOGIN_MESSAGE_TYPES = ['R', 'S', 'K', 'N', 'E', 'Z'] as const;
const HEADER_BYTES = 5;

export type UpstreamMessageType = (typeof LOGIN_MESSAGE_TYPES)[number];

export interface UpstreamMessage {
  readonly type: UpstreamMessageType;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** Push chunks, take messages until null. After a ProtocolViolation give the upstream up. */
export class UpstreamMessageReader {
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** Spares joining the chunks for every byte that trickles in. */
  #neededBytes = HEADER_BYTES;
  #messageCount = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
  }

  /** Null when bytes are missing. Throws ProtocolViolation, also over 64 KiB or 200 messages. */
  take(): UpstreamMessage | null {
    if (this.#bufferedBytes < this.#neededBytes) return null;
    const buffered = this.#join();
    const type = loginMessageType(buffered.readUInt8());
    const totalBytes = 1 + buffered.readInt32BE(1);
    if (totalBytes < HEADER_BYTES || totalBytes > MAX_UPSTREAM_MESSAGE_BYTES) {
      throw new ProtocolViolation('malformed_message', `upstream message ${type} of ${totalBytes} bytes`);
    }
    this.#neededBytes = totalBytes;
    if (buffered.length < totalBytes) return null;
    if (++this.#messageCount > MAX_UPSTREAM_LOGIN_MESSAGES) {
      throw new ProtocolViolation('malformed_message', 'upstream sent too many messages before ReadyForQuery');
    }
    this.#keep(buffered.subarray(totalBytes));
    return { type, body: buffered.subarray(HEADER_BYTES, totalBytes), bytes: buffered.subarray(0, totalBytes) };
  }

  surplus(): Buffer {
    const surplus = this.#join();
    this.#keep(Buffer.alloc(0));
    return surplus;
  }

  #join(): Buffer {
    const joined = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #keep(rest: Buffer): void {
    this.#chunks = [rest];
    this.#bufferedBytes = rest.length;
    this.#neededBytes = HEADER_BYTES;
  }
}

function loginMessageType(code: number): UpstreamMessageType {
  const type = LOGIN_MESSAGE_TYPES.find((known) => known.charCodeAt(0) === code);
  if (type === undefined) throw new ProtocolViolation('malformed_message', `upstream message of type ${code}`);
  return type;
}
