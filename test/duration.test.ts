import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../src/duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['2m', 120_000],
    ['8h', 28_800_000],
    [' 30d ', 2_592_000_000],
    ['0s', 0],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '2', 'm', '-1s', '1.5h', '2 m', '1w', '123456789d', '1e3s'])('is not written %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([
    [120_000, '2 minutes'],
    [60_000, '1 minute'],
    [90_000, '90 seconds'],
    [28_800_000, '8 hours'],
    [86_400_000, '1 day'],
    [1_000, '1 second'],
  ])('of %i ms reads %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });
});
