import { describe, expect, it } from 'vitest';
import { Nudge } from '../../src/async/nudge.ts';

const never = new AbortController().signal;

describe('a nudge', () => {
  it('wakes the waiter', async () => {
    const nudge = new Nudge();
    const woken = nudge.wait({ limitMs: 60_000, signal: never });
    nudge.give();
    expect(await woken).toBe('nudged');
  });

  it('given before the wait is not lost, and counts once', async () => {
    const nudge = new Nudge();
    nudge.give();
    nudge.give();
    expect(await nudge.wait({ limitMs: 60_000, signal: never })).toBe('nudged');
    expect(await nudge.wait({ limitMs: 1, signal: never })).toBe('limit');
  });

  it('is not needed when the wait is aborted, before or meanwhile', async () => {
    const nudge = new Nudge();
    expect(await nudge.wait({ limitMs: 60_000, signal: AbortSignal.abort() })).toBe('aborted');
    const abort = new AbortController();
    const woken = nudge.wait({ limitMs: 60_000, signal: abort.signal });
    abort.abort();
    expect(await woken).toBe('aborted');
  });
});
