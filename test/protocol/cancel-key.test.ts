import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cancelKeyDigest, newCancelKey } from '../../src/protocol/cancel-key.ts';
import { hex } from './packet-fixtures.ts';

describe('a cancel key of ours', () => {
  it.each([
    [0, 4],
    [2, 32],
  ] as const)('has the length that libpq accepts on 3.%i: %i bytes', (minor, keyBytes) => {
    expect(newCancelKey(minor).secretKey).toHaveLength(keyBytes);
  });

  it('has a positive process id of 32 bits and comes once', () => {
    const keys = Array.from({ length: 500 }, () => newCancelKey(2));
    for (const { processId } of keys) {
      expect(Number.isInteger(processId)).toBe(true);
      expect(processId).toBeGreaterThan(0);
      expect(processId).toBeLessThan(2 ** 31);
    }
    expect(new Set(keys.map(cancelKeyDigest)).size).toBe(keys.length);
  });

  it.each([
    { minor: 0, toldTo: 'long_keys', isTold: false },
    { minor: 2, toldTo: 'long_keys', isTold: true },
    { minor: 0, toldTo: 'everybody', isTold: true },
    { minor: 2, toldTo: 'everybody', isTold: true },
  ] as const)('on 3.$minor for $toldTo has the process id of the upstream: $isTold', ({ minor, toldTo, isTold }) => {
    const { processId } = newCancelKey(minor, { upstreamPid: { processId: 4_711, toldTo } });
    expect(processId === 4_711).toBe(isTold);
  });

  it('is known to others by the SHA-256 of processId and secretKey', () => {
    const expected = createHash('sha256').update(hex('fffffffe deadbeef')).digest('hex');
    expect(cancelKeyDigest({ processId: -2, secretKey: hex('deadbeef') })).toBe(expected);
  });
});
