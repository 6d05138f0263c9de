// What an upstream says while it logs us in: bodies to values; reports also back, cleaned.

import { cleanUpstreamText } from '../untrusted-text.ts';
import type { TransactionStatus } from './backend-messages.ts';
import type { CancelKey } from './cancel-key.ts';
import { FieldReader } from './field-reader.ts';
import { cstring, typedMessage } from './message-builder.ts';
import { MAX_SECRET_KEY_BYTES, MIN_SECRET_KEY_BYTES } from './startup-packet.ts';

export type Authentication =
  | { readonly kind: 'ok' }
  | { readonly kind: 'cleartext_password' }
  | { readonly kind: 'md5_password'; readonly salt: Buffer }
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }
  | { readonly kind: 'sasl_continue'; readonly data: string }
  | { readonly kind: 'sasl_final'; readonly data: string }
  | { readonly kind: 'unsupported'; readonly code: number };

/** Message Formats: AuthenticationOk to …SASLFinal; GSSAPI, SSPI and unknown: `unsupported`. */
export function parseAuthentication(body: Buffer): Authentication {
  const reader = new FieldReader(body);
  const code = reader.int32();
  switch (code) {
    case 0:
      reader.end();
      return { kind: 'ok' };
    case 3:
      reader.end();
      return { kind: 'cleartext_password' };
    case 5: {
      const salt = reader.bytes(4);
      reader.end();
      return { kind: 'md5_password', salt };
    }
    case 10:
      return { kind: 'sasl', mechanisms: readMechanisms(reader) };
    case 11:
      return { kind: 'sasl_continue', data: reader.rest().toString('utf8') };
    case 12:
      return { kind: 'sasl_final', data: reader.rest().toString('utf8') };
    default:
      return { kind: 'unsupported', code };
  }
}

/** Not UTF-8 texts keep `\ufffd`: forward the message's own bytes instead. */
export function parseParameterStatus(body: Buffer): { readonly name: string; readonly value: string } {
  const reader = new FieldReader(body);
  const name = reader.cstringBytes().toString('utf8');
  const value = reader.cstringBytes().toString('utf8');
  reader.end();
  return { name, value };
}

/** Message Formats: BackendKeyData, with a secret of 4 to 256 bytes, which is copied. */
export function parseBackendKeyData(body: Buffer): CancelKey {
  const reader = new FieldReader(body);
  const processId = reader.int32();
  // In memory of its own: kept as long as the connection, a slice would keep what it was cut from.
  const rest = reader.rest();
  const secretKey = Buffer.alloc(rest.length);
  rest.copy(secretKey);
  if (secretKey.length < MIN_SECRET_KEY_BYTES || secretKey.length > MAX_SECRET_KEY_BYTES) {
    throw reader.violation(`is a BackendKeyData with a key of ${secretKey.length} bytes`);
  }
  return { processId, secretKey };
}

export function parseReadyForQuery(body: Buffer): TransactionStatus {
  const reader = new FieldReader(body);
  const status = String.fromCharCode(reader.byte());
  reader.end();
  if (status !== 'I' && status !== 'T' && status !== 'E') throw reader.violation('has no transaction status');
  return status;
}

function readMechanisms(reader: FieldReader): string[] {
  const mechanisms: string[] = [];
  for (;;) {
    const mechanism = reader.cstring();
    if (mechanism === '') break;
    mechanisms.push(mechanism);
  }
  reader.end();
  return mechanisms;
}

export type ReportFields = ReadonlyMap<string, string>;

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** For an upstream that sends no usable code of its own. */
const UNKNOWN_SQLSTATE = 'XX000';

/** Bytes that are not UTF-8 become `?`: a server may not know our encoding yet. */
export function parseErrorOrNotice(body: Buffer): ReportFields {
  const reader = new FieldReader(body);
  const fields = new Map<string, string>();
  for (;;) {
    const code = reader.byte();
    if (code === 0) break;
    const text = reader.cstringBytes().toString('utf8').replaceAll('\ufffd', '?');
    const letter = String.fromCharCode(code);
    if (/^[A-Za-z]$/.test(letter) && !fields.has(letter)) fields.set(letter, text);
  }
  reader.end();
  return fields;
}

/** Cleaned texts of at most 8 KiB; an error gets severity FATAL, since the login ends with it. */
export function encodeErrorOrNotice(type: 'E' | 'N', fields: ReportFields): Buffer {
  const severity = type === 'E' ? 'FATAL' : (fields.get('S') ?? 'NOTICE');
  const sqlstate = fields.get('C') ?? '';
  const complete = new Map([
    ['S', severity],
    ['V', type === 'E' ? 'FATAL' : (fields.get('V') ?? severity)],
    ['C', SQLSTATE.test(sqlstate) ? sqlstate : UNKNOWN_SQLSTATE],
    ['M', fields.get('M') ?? 'upstream sent no message'],
  ]);
  for (const [code, text] of fields) {
    if (!complete.has(code)) complete.set(code, text);
  }
  const encoded = [...complete].map(([code, text]) => cstring(code + cleanUpstreamText(text)));
  return typedMessage(type, ...encoded, cstring(''));
}
