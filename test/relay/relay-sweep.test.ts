import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelaySweep } from '../../src/relay/relay-sweep.ts';

const clock = { now: () => new Date(Date.now()) };

beforeEach(() => {
  vi.useFakeTimers({ now: 10_000, toFake: ['setInterval', 'clearInterval', 'setImmediate', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the sweep', () => {
  it('visits every member once a second, and none that was removed', () => {
    const sweep = new RelaySweep(clock);
    const seen: string[] = [];
    const add = (name: string) => sweep.add({ sweep: (nowMs) => seen.push(`${name} ${nowMs}`) });
    const [removeFirst] = [add('first'), add('second')];
    vi.advanceTimersByTime(1_000);
    removeFirst();
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual(['first 11000', 'second 11000', 'second 12000']);
  });

  it('has one timer for all members and none without', () => {
    const sweep = new RelaySweep(clock);
    expect(vi.getTimerCount()).toBe(0);
    const removals = Array.from({ length: 1_000 }, () => sweep.add({ sweep: () => {} }));
    expect(vi.getTimerCount()).toBe(1);
    for (const remove of removals) remove();
    expect(vi.getTimerCount()).toBe(0);
    removals[0]?.();
    sweep.add({ sweep: () => {} });
    expect(vi.getTimerCount()).toBe(1);
  });

  it('lets the event loop run between slices, and visits every member once', () => {
    const sweep = new RelaySweep(clock);
    const counts = new Map<number, number>();
    // Each takes about 50 µs, so that 64 of them are more than a slice.
    for (let index = 0; index < 640; index += 1) {
      sweep.add({
        sweep: () => {
          const until = performance.now() + 0.05;
          while (performance.now() < until);
          counts.set(index, (counts.get(index) ?? 0) + 1);
        },
      });
    }
    vi.advanceTimersToNextTimer();
    const inFirstSlice = counts.size;
    expect(inFirstSlice).toBeLessThan(640);
    while (counts.size < 640) vi.advanceTimersToNextTimer();
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });
});
