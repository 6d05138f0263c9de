// Asks a Postgres one question at a time: reads one row with one JSON value, strictly bounded.

import type { Duplex } from 'node:stream';
import { serialize } from 'pg-protocol';
import { FieldReader } from '../../protocol/field-reader.ts';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import { parseErrorOrNotice } from '../../protocol/upstream-messages.ts';
import { type Taken, takeBytes } from '../take-bytes.ts';
import { UpstreamRefusal } from './connect-failure.ts';

const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_MESSAGES_PER_ANSWER = 100;
const HEADER_BYTES = 5;

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Null: no row. Throws UpstreamRefusal, ProtocolViolation, SyntaxError, or the signal's reason. */
export async function askUpstream(socket: Duplex, sql: string, signal: AbortSignal): Promise<unknown> {
  socket.write(serialize.query(sql));
  let answer: unknown = null;
  let refusal: UpstreamRefusal | null = null;
  for (let count = 0; count < MAX_MESSAGES_PER_ANSWER; count += 1) {
    const message = await takeBytes(socket, takeMessage, { signal });
    if (message === null) throw new ProtocolViolation('malformed_message', 'upstream closed during an answer');
    if (message.type === 'D') answer = JSON.parse(firstColumn(message.body));
    if (message.type === 'E') refusal = new UpstreamRefusal(parseErrorOrNotice(message.body));
    if (message.type !== 'Z') continue;
    if (refusal !== null) throw refusal;
    return answer;
  }
  throw new ProtocolViolation('malformed_message', 'upstream sent too many messages in an answer');
}

function takeMessage(bytes: Buffer): Taken<Message> {
  if (bytes.length < HEADER_BYTES) return null;
  const totalBytes = 1 + bytes.readInt32BE(1);
  if (totalBytes < HEADER_BYTES || totalBytes > MAX_MESSAGE_BYTES) {
    throw new ProtocolViolation('malformed_message', `upstream message of ${totalBytes} bytes in an answer`);
  }
  if (bytes.length < totalBytes) return null;
  const type = String.fromCharCode(bytes.readUInt8());
  return { value: { type, body: bytes.subarray(HEADER_BYTES, totalBytes) }, usedBytes: totalBytes };
}

// Message Formats: DataRow
function firstColumn(body: Buffer): string {
  const reader = new FieldReader(body);
  const columnCount = reader.bytes(2).readInt16BE();
  const valueBytes = columnCount === 0 ? -1 : reader.int32();
  return valueBytes === -1 ? 'null' : reader.bytes(valueBytes).toString('utf8');
}
