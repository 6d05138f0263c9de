// Writes ASN.1 values in DER (ITU-T X.690), as many kinds as a certificate needs. Reads none.

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: tag, definite length, content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

export const sequence = (...parts: readonly Uint8Array[]) => der(TAG.sequence, ...parts);
export const setOf = (part: Uint8Array) => der(TAG.set, part);
export const octetString = (content: Uint8Array) => der(TAG.octetString, content);
export const utf8String = (text: string) => der(TAG.utf8String, Buffer.from(text, 'utf8'));
export const booleanTrue = () => der(TAG.boolean, Buffer.from([0xff]));

/** A whole number of the given bytes, most significant first; the first must be below 0x80, else it would be negative. */
export const integer = (...bytes: readonly number[]) => der(TAG.integer, Buffer.from(bytes));

/** `unusedBits`: how many of the last byte's low bits mean nothing. */
export const bitString = (content: Uint8Array, unusedBits = 0) =>
  der(TAG.bitString, Buffer.from([unusedBits]), content);

/** From dotted form, such as `2.5.29.17`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime later; whole seconds. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  if (at.getUTCFullYear() < 2050) return der(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`));
  return der(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

function lengthOf(body: Buffer): Buffer {
  if (body.length < 0x80) return Buffer.from([body.length]);
  // As few bytes as it takes: Go refuses a certificate with one more.
  const digits = body.length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  const higher = value >>> 7;
  return higher === 0 ? [low] : [...base128(higher).map((byte) => byte | 0x80), low];
}
