import { describe, expect, it } from 'vitest';
import { newUserCode, normalizeUserCode } from '../../../src/login/terms/user-code.ts';

describe('user codes', () => {
  it('are eight letters without vowels, in two groups', () => {
    for (let round = 0; round < 1_000; round += 1) {
      expect(newUserCode()).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    }
  });

  it('use every letter of the alphabet in every position', () => {
    const codes = Array.from({ length: 2_000 }, newUserCode);
    for (const place of [0, 1, 2, 3, 5, 6, 7, 8]) {
      expect(new Set(codes.map((code) => code[place])).size).toBe(20);
    }
  });

  it.each(['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'W-D-J-B-M-J-H-T'])('are read from %j', (input) => {
    expect(normalizeUserCode(input)).toBe('WDJB-MJHT');
  });

  it.each(['', 'WDJB', 'WDJB-MJHTX', 'WDJA-MJHT', 'WDJ8-MJHT', 'ẂDJB-MJHT', 'B'.repeat(10_000)])(
    'are not found in %j',
    (input) => {
      expect(normalizeUserCode(input)).toBeNull();
    },
  );
});
