// The packets that can open a connection: bytes to a StartupPacket; and those to an upstream that
// pg-protocol cannot write for us (docs/decisions/006-pg-protocol.md).

import { textOfAnyBytes } from './any-bytes.ts';
import { FieldReader } from './field-reader.ts';
import { cstring, int32, untypedPacket } from './message-builder.ts';
import { ProtocolViolation } from './protocol-violation.ts';

/** First byte of a TLS handshake record: direct TLS instead of a startup packet. */
export const TLS_HANDSHAKE_RECORD = 0x16;
// Message Formats: SSLRequest, GSSENCRequest, CancelRequest.
export const SSL_REQUEST_CODE = 80_877_103;
export const GSSENC_REQUEST_CODE = 80_877_104;
export const CANCEL_REQUEST_CODE = 80_877_102;
/** Message Formats: StartupMessage, the upper 16 bits of its code. */
export const PROTOCOL_MAJOR = 3;

// PostgreSQL's MAX_STARTUP_PACKET_LENGTH counts the body after the length field.
export const MIN_STARTUP_PACKET_BYTES = 8;
export const MAX_STARTUP_PACKET_BYTES = 10_004;
// Message Formats: CancelRequest; 3.0 has 4 bytes, 3.2 allows up to 256.
export const MIN_SECRET_KEY_BYTES = 4;
export const MAX_SECRET_KEY_BYTES = 256;

const PROTOCOL_OPTION_PREFIX = '_pq_.';

export type StartupPacket =
  | { readonly kind: 'ssl_request' }
  | { readonly kind: 'gssenc_request' }
  | { readonly kind: 'cancel_request'; readonly processId: number; readonly secretKey: Buffer }
  | { readonly kind: 'startup_message'; readonly startup: StartupMessage };

/** Strings are of any bytes (any-bytes.ts): PostgreSQL knows no encoding here. */
export interface StartupMessage {
  readonly protocolVersion: { readonly major: number; readonly minor: number };
  readonly user: string;
  /** The requested database; the user's name where the client sent none. */
  readonly database: string;
  /** All but user, database and `_pq_.*`; a repeated name stands where it came last. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Names of the protocol options asked for, each with its `_pq_.` and at most once. */
  readonly protocolOptions: readonly string[];
  /** Nothing but a user name, as health checks send; libpq always names a database, too. */
  readonly isBare?: true;
}

/** 8 to 10,004, before memory is taken; else ProtocolViolation `not_postgres`. */
export function startupPacketLength(header: Buffer): number {
  const length = new FieldReader(header, 'not_postgres').int32();
  if (length < MIN_STARTUP_PACKET_BYTES || length > MAX_STARTUP_PACKET_BYTES) {
    throw new ProtocolViolation('not_postgres', `startup packet with impossible length ${length}`);
  }
  return length;
}

/** `body` begins with the code. Throws ProtocolViolation. */
export function parseStartupPacket(body: Buffer): StartupPacket {
  const reader = new FieldReader(body, 'not_postgres');
  const code = reader.int32();
  switch (code) {
    case SSL_REQUEST_CODE:
      reader.end();
      return { kind: 'ssl_request' };
    case GSSENC_REQUEST_CODE:
      reader.end();
      return { kind: 'gssenc_request' };
    case CANCEL_REQUEST_CODE:
      return parseCancelRequest(reader);
    default:
      return { kind: 'startup_message', startup: parseStartupMessage(code, reader.rest()) };
  }
}

function parseCancelRequest(reader: FieldReader): StartupPacket {
  const processId = reader.int32();
  const secretKey = Buffer.from(reader.rest());
  if (secretKey.length < MIN_SECRET_KEY_BYTES || secretKey.length > MAX_SECRET_KEY_BYTES) {
    throw reader.violation(`is a cancel request with a key of ${secretKey.length} bytes`);
  }
  return { kind: 'cancel_request', processId, secretKey };
}

function parseStartupMessage(code: number, pairBytes: Buffer): StartupMessage {
  const protocolVersion = { major: code >>> 16, minor: code & 0xffff };
  if (protocolVersion.major !== PROTOCOL_MAJOR) {
    throw new ProtocolViolation('not_postgres', `unsupported protocol version, code ${code}`);
  }
  const parameters = new Map<string, string>();
  const protocolOptions = new Set<string>();
  const named = new Map<string, string>();
  for (const [name, value] of readPairs(pairBytes)) {
    if (name === 'user' || name === 'database') {
      named.set(name, value);
    } else if (name.startsWith(PROTOCOL_OPTION_PREFIX)) {
      protocolOptions.add(name);
    } else {
      // PostgreSQL sets them in their order, so that the last one counts.
      parameters.delete(name);
      parameters.set(name, value);
    }
  }
  const user = named.get('user') ?? '';
  if (user === '') throw new ProtocolViolation('user_missing', 'no user name in startup packet');
  // As PostgreSQL does: an empty database is an absent one.
  const database = named.get('database') || user;
  const isBare = named.size === 1 && parameters.size === 0 && protocolOptions.size === 0;
  const message = { protocolVersion, user, database, parameters, protocolOptions: [...protocolOptions] };
  return isBare ? { ...message, isBare } : message;
}

// Pairs of strings, as many as fit, ended by an empty name that must be the packet's last byte.
function readPairs(pairBytes: Buffer): [name: string, value: string][] {
  const reader = new FieldReader(pairBytes, 'invalid_startup');
  const pairs: [string, string][] = [];
  for (;;) {
    const name = textOfAnyBytes(reader.cstringBytes());
    if (name === '') break;
    pairs.push([name, textOfAnyBytes(reader.cstringBytes())]);
  }
  reader.end();
  return pairs;
}

export type ProtocolMinor = 0 | 2;

export interface NegotiatedVersion {
  readonly agreedMinor: ProtocolMinor;
  /** Sent before AuthenticationOk; null: psql 15 dies of an unasked one. */
  readonly reply: { readonly newestMinor: ProtocolMinor; readonly unknownOptions: readonly string[] } | null;
}

const NEWEST_MINOR = 2;

/** The newest minor that both know. Source: Message Formats: NegotiateProtocolVersion. */
export function negotiateVersion(startup: StartupMessage): NegotiatedVersion {
  const { minor } = startup.protocolVersion;
  // 3.1 was never released; PostgreSQL 18 treats it as 3.0.
  const agreedMinor = minor >= NEWEST_MINOR ? NEWEST_MINOR : 0;
  if (minor <= NEWEST_MINOR && startup.protocolOptions.length === 0) return { agreedMinor, reply: null };
  return { agreedMinor, reply: { newestMinor: agreedMinor, unknownOptions: startup.protocolOptions } };
}

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
