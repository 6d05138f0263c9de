// The packets that pg-protocol cannot write for us (docs/decisions/006-pg-protocol.md).

import { cstring, int32, untypedPacket } from './message-builder.ts';
import { ProtocolViolation } from './protocol-violation.ts';
import { CANCEL_REQUEST_CODE, PROTOCOL_MAJOR } from './startup-packet.ts';

/** 3.0, since some servers refuse 3.2. Throws ProtocolViolation for a NUL or an empty name. */
export function encodeStartupMessage(parameters: Iterable<readonly [name: string, value: string]>): Buffer {
  const fields: Buffer[] = [];
  for (const [name, value] of parameters) {
    if (name === '' || name.includes('\0') || value.includes('\0')) {
      throw new ProtocolViolation('invalid_startup', 'startup parameter cannot be written');
    }
    fields.push(cstring(name), cstring(value));
  }
  return untypedPacket(int32(PROTOCOL_MAJOR << 16), ...fields, cstring(''));
}

/** Message Formats: CancelRequest. `processId` is an int32, `secretKey` has 4 to 256 bytes. */
export function encodeCancelRequest(processId: number, secretKey: Buffer): Buffer {
  return untypedPacket(int32(CANCEL_REQUEST_CODE), int32(processId), secretKey);
}
