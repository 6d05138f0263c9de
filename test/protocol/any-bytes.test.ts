import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBytesOfText, textOfAnyBytes } from '../../src/protocol/any-bytes.ts';
import { cleanForLog, cleanForPage, cleanForTerminal } from '../../src/untrusted-text.ts';
import { hex, SEED } from './packet-fixtures.ts';

describe('text of any bytes', () => {
  it('comes back as the bytes that it was, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(anyBytesOfText(textOfAnyBytes(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it.each([
    ['Latin-1', '4a6f73e9', 'Jos?'],
    ['a surrogate', 'eda080', '???'],
    ['an overlong NUL', 'c080', '??'],
    ['a cut character before a whole one', 'e282c3bc', '??ü'],
  ])('is shown with a ? for each byte that is no UTF-8: %s', (_what, bytes, shown) => {
    for (const clean of [cleanForPage, cleanForTerminal, cleanForLog]) {
      expect(clean(textOfAnyBytes(hex(bytes)))).toBe(shown);
    }
  });

  it('is itself in UTF-8', () => {
    expect(textOfAnyBytes(Buffer.from('Größe 価格 🔑'))).toBe('Größe 価格 🔑');
  });
});
