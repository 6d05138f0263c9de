// Puts fields together into messages with the right length.

import { anyBytesOfText } from './any-bytes.ts';

/** Message Formats: Int32. */
export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Message Formats: String. A NUL inside would end the field early, so it is left out. */
export function cstring(text: string): Buffer {
  return anyBytesOfText(`${text.replaceAll('\0', '')}\0`);
}

/** The length counts itself but not the type. */
export function typedMessage(type: string, ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), untypedPacket(...fields)]);
}

export function untypedPacket(...fields: readonly Buffer[]): Buffer {
  const bodyBytes = fields.reduce((sum, field) => sum + field.length, 0);
  return Buffer.concat([int32(4 + bodyBytes), ...fields]);
}
