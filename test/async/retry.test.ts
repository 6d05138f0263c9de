import { describe, expect, it } from 'vitest';
import { backoff, listedPauses, pause, retry } from '../../src/async/retry.ts';

/** Fails with these errors, one an attempt, then answers with the number of attempts. */
function failing(...errors: readonly Error[]) {
  const state = { attempts: 0 };
  const attempt = async (): Promise<number> => {
    const error = errors[state.attempts];
    state.attempts += 1;
    if (error !== undefined) throw error;
    return state.attempts;
  };
  return { attempt, state };
}

const FIRST = new Error('first');
const SECOND = new Error('second');

describe('retry', () => {
  it('returns what the first successful attempt returns', async () => {
    expect(await retry(failing().attempt, { pauses: () => 0 })).toBe(1);
    expect(await retry(failing(FIRST, SECOND).attempt, { pauses: () => 0 })).toBe(3);
  });

  it('throws the last error when the pauses are used up', async () => {
    const { attempt, state } = failing(FIRST, SECOND);
    await expect(retry(attempt, { pauses: listedPauses([0]) })).rejects.toBe(SECOND);
    expect(state.attempts).toBe(2);
  });

  it('throws at once what another attempt cannot help', async () => {
    const { attempt, state } = failing(FIRST, SECOND);
    await expect(retry(attempt, { pauses: () => 0, mayHelp: (error) => error !== FIRST })).rejects.toBe(FIRST);
    expect(state.attempts).toBe(1);
  });

  it('reports each failure that is followed by another attempt', async () => {
    const reported: unknown[] = [];
    const { attempt } = failing(FIRST, SECOND, FIRST);
    const onFailure = (error: unknown, failures: number) => reported.push([error, failures]);
    await expect(retry(attempt, { pauses: listedPauses([0, 0]), onFailure })).rejects.toBe(FIRST);
    expect(reported).toEqual([
      [FIRST, 1],
      [SECOND, 2],
    ]);
  });

  it('ends a pause with the reason of an aborted signal', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const { attempt, state } = failing(FIRST);
    const retrying = retry(attempt, { pauses: () => 60_000, signal: stop.signal, onFailure: () => stop.abort(reason) });
    await expect(retrying).rejects.toBe(reason);
    expect(state.attempts).toBe(1);
  });

  it('throws the error of an attempt that ends with the signal', async () => {
    const { attempt } = failing(FIRST);
    await expect(retry(attempt, { pauses: () => 0, signal: AbortSignal.abort() })).rejects.toBe(FIRST);
  });
});

describe('a backoff', () => {
  it('doubles up to its cap, each pause shortened by half at most', () => {
    const pauses = backoff({ firstMs: 100, longestMs: 1_000 });
    for (const [index, fullMs] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
      expect(pauses(index + 1)).toBeGreaterThanOrEqual(fullMs / 2);
      expect(pauses(index + 1)).toBeLessThanOrEqual(fullMs);
    }
  });
});

it('a pause ends early and without an error when its signal aborts', async () => {
  const stop = new AbortController();
  const waiting = pause(60_000, stop.signal);
  stop.abort();
  await waiting;
  await pause(60_000, stop.signal);
});
