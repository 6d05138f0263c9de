// The messages that a client gets from us: values to bytes.

import { cstring, int32, typedMessage } from './message-builder.ts';
import { PROTOCOL_MAJOR } from './startup-packet.ts';

/** libpq refuses messages of 1,000 bytes and more before AuthenticationOk. */
export const MAX_OWN_TEXT_BYTES = 999;

// Message Formats: AuthenticationOk and its kin differ by an int32.
const AUTHENTICATION_OK = 0;
const AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
const AUTHENTICATION_SASL = 10;
const AUTHENTICATION_SASL_CONTINUE = 11;
const AUTHENTICATION_SASL_FINAL = 12;

export interface Report {
  readonly severity: 'FATAL' | 'ERROR' | 'WARNING' | 'NOTICE';
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string | null;
  readonly hint?: string | null;
}

/** The transaction status of ReadyForQuery: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E';

export function authenticationOk(): Buffer {
  return typedMessage('R', int32(AUTHENTICATION_OK));
}

export function authenticationCleartextPassword(): Buffer {
  return typedMessage('R', int32(AUTHENTICATION_CLEARTEXT_PASSWORD));
}

/** Offers mechanisms in order of preference; the client takes the first that it knows. */
export function authenticationSasl(mechanisms: readonly string[]): Buffer {
  return typedMessage('R', int32(AUTHENTICATION_SASL), ...mechanisms.map(cstring), cstring(''));
}

export function authenticationSaslContinue(data: string): Buffer {
  return typedMessage('R', int32(AUTHENTICATION_SASL_CONTINUE), Buffer.from(data, 'utf8'));
}

export function authenticationSaslFinal(data: string): Buffer {
  return typedMessage('R', int32(AUTHENTICATION_SASL_FINAL), Buffer.from(data, 'utf8'));
}

export function parameterStatus(name: string, value: string): Buffer {
  return typedMessage('S', cstring(name), cstring(value));
}

export function noticeResponse(report: Report): Buffer {
  return typedMessage('N', ...reportFields(report));
}

export function errorResponse(report: Report): Buffer {
  return typedMessage('E', ...reportFields(report));
}

/** `processId` is an int32; `secretKey` has 4 bytes on 3.0: libpq accepts no other size. */
export function backendKeyData(processId: number, secretKey: Buffer): Buffer {
  return typedMessage('K', int32(processId), secretKey);
}

export function readyForQuery(status: TransactionStatus): Buffer {
  return typedMessage('Z', Buffer.from(status, 'latin1'));
}

/** Precedes AuthenticationOk. The version goes out in full: 196610 is 3.2. */
export function negotiateProtocolVersion(newestMinor: number, unknownOptions: readonly string[]): Buffer {
  const version = int32((PROTOCOL_MAJOR << 16) | newestMinor);
  return typedMessage('v', version, int32(unknownOptions.length), ...unknownOptions.map(cstring));
}

// Error and Notice Message Fields: V is S untranslated; an empty string ends the list.
function reportFields(report: Report): Buffer[] {
  const fields = [
    reportField('S', report.severity),
    reportField('V', report.severity),
    reportField('C', report.sqlstate),
    reportField('M', report.message),
  ];
  if (report.detail) fields.push(reportField('D', report.detail));
  if (report.hint) fields.push(reportField('H', report.hint));
  return [...fields, cstring('')];
}

function reportField(code: string, text: string): Buffer {
  return cstring(code + cutToBytes(text, MAX_OWN_TEXT_BYTES));
}

function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return text;
  // A cut inside a character leaves a replacement character at the end.
  return bytes.toString('utf8', 0, limit).replace(/\ufffd$/, '');
}
