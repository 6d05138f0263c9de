import { describe, expect, it } from 'vitest';
import { octetString } from '../../../src/embedded/certificates/der.ts';

describe('a DER length', () => {
  // Lengths from 128 to 255 once took two bytes: "x509: malformed extensions" in Go's TLS.
  it.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('of %i is written in as few bytes as it takes', (length, head) => {
    const written = octetString(Buffer.alloc(length));
    expect(written.subarray(0, written.length - length).toString('hex')).toBe(head);
  });
});
