// Text whose bytes may be of any encoding, as a client's startup parameters are: bytes that are no
// UTF-8 become lone surrogates from U+DC80 to U+DCFF and back, so that nothing is lost on the way
// to an upstream. Cleaning for display replaces them, as it does all lone surrogates.

import { isUtf8 } from 'node:buffer';

const FIRST_ESCAPE = 0xdc80;
const ESCAPED = /[\udc80-\udcff]/u;

/** Source: PEP 383, `surrogateescape`. */
export function textOfAnyBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(FIRST_ESCAPE - 0x80 + bytes.readUInt8(at))
        : bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return text;
}

export function anyBytesOfText(text: string): Buffer {
  if (!ESCAPED.test(text)) return Buffer.from(text, 'utf8');
  const parts = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return ESCAPED.test(character) ? Buffer.of(code - FIRST_ESCAPE + 0x80) : Buffer.from(character, 'utf8');
  });
  return Buffer.concat(parts);
}

/** 0 where no character begins. */
function characterLength(bytes: Buffer, at: number): number {
  const length = announcedLength(bytes.readUInt8(at));
  const isWhole = at + length <= bytes.length && (length === 1 || isUtf8(bytes.subarray(at, at + length)));
  return isWhole ? length : 0;
}

/** By the first byte of a character in UTF-8; 0 for one that begins none. */
function announcedLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}
