// An upstream's errors and notices: read with all their fields, and written again with every text
// cleaned.

import { cleanUpstreamText } from '../untrusted-text.ts';
import { FieldReader } from './field-reader.ts';
import { cstring, typedMessage } from './message-builder.ts';

/** Field code (one ASCII letter) to text, in the order in which they came. */
export type ReportFields = ReadonlyMap<string, string>;

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** For an upstream that sends no usable code of its own. */
const UNKNOWN_SQLSTATE = 'XX000';

/**
 * Message Formats: ErrorResponse, NoticeResponse. Bytes that are not UTF-8 become `?`, since a
 * server may not know our encoding yet; of a repeated field the first counts.
 */
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
