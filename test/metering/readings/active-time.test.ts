import { describe, expect, it } from 'vitest';
import { activeWithin } from '../../../src/metering/readings/active-time.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 10, minute));
const SPAN = { from: at(10), to: at(20) };
const MINUTE_MS = 60_000;

describe('the active part of ten minutes', () => {
  it.each([
    ['is all of them for a compute that started before', 'active', at(5), null, 10],
    ['is all of them for one that was never seen to start', 'active', null, null, 10],
    ['begins with the start', 'active', at(16), null, 4],
    ['ends with the suspend', 'idle', at(5), at(13), 3],
    ['is nothing for one that was suspended before', 'idle', at(5), at(8), 0],
    ['is nothing for one that started afterwards', 'active', at(21), at(8), 0],
    ['leaves out a pause', 'active', at(18), at(12), 4],
    ['lies between a start and a suspend', 'idle', at(12), at(17), 5],
    ['is nothing for a compute that is being made', 'init', null, null, 0],
  ] as const)('%s', (_title, state, startedAt, suspendedAt, minutes) => {
    expect(activeWithin({ state, startedAt, suspendedAt }, SPAN)).toBe(minutes * MINUTE_MS);
  });
});
