// The messages that a client sends while it logs in by password; after the login, bytes are opaque.

import { FieldReader } from './field-reader.ts';
import { ProtocolViolation } from './protocol-violation.ts';

/** Longest body of a PasswordMessage, its NUL included. */
export const MAX_PASSWORD_MESSAGE_BYTES = 512;
/** Longest body of a SASLInitialResponse or SASLResponse for SCRAM. */
export const MAX_SASL_MESSAGE_BYTES = 1_024;
/** A type byte and an int32. */
export const FRONTEND_HEADER_BYTES = 5;

/** Shared by PasswordMessage, SASLInitialResponse and SASLResponse; the phase tells which. */
export const PASSWORD_MESSAGE_TYPE = 'p';

/** From its first 5 bytes, before memory is taken. Throws ProtocolViolation for a longer body. */
export function parseFrontendHeader(
  header: Buffer,
  maxBodyBytes: number,
): { readonly type: string; readonly bodyBytes: number } {
  const reader = new FieldReader(header);
  const type = String.fromCharCode(reader.byte());
  const bodyBytes = reader.int32() - 4;
  if (bodyBytes < 0 || bodyBytes > maxBodyBytes) {
    throw new ProtocolViolation('malformed_message', `frontend message with a body of ${bodyBytes} bytes`);
  }
  return { type, bodyBytes };
}

/** Message Formats: PasswordMessage; takes the body, returns the password, which may be empty. */
export function parsePasswordMessage(body: Buffer): string {
  const reader = new FieldReader(body);
  const password = reader.cstring();
  reader.end();
  return password;
}

/** Message Formats: SASLInitialResponse; `data` is null for length -1. */
export function parseSaslInitialResponse(body: Buffer): { readonly mechanism: string; readonly data: Buffer | null } {
  const reader = new FieldReader(body);
  const mechanism = reader.cstring();
  const dataBytes = reader.int32();
  const data = dataBytes === -1 ? null : reader.bytes(dataBytes);
  reader.end();
  return { mechanism, data };
}
