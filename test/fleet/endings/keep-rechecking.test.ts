import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepRechecking, type Rechecks } from '../../../src/fleet/endings/keep-rechecking.ts';
import { createLog } from '../../../src/log.ts';

const log = createLog('silent');
let rechecks: Rechecks;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  rechecks.close();
  vi.useRealTimers();
});

describe('rechecking live connections', () => {
  it('runs within every minute, also after a round that failed', async () => {
    const recheckAll = vi.fn(() => Promise.reject(new Error('the catalogue is away')));
    rechecks = keepRechecking(recheckAll, log);
    expect(recheckAll).not.toHaveBeenCalled();
    for (const rounds of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect(recheckAll.mock.calls.length).toBeGreaterThanOrEqual(rounds);
    }
  });

  it('runs once more after a round during which it was asked for', async () => {
    const finish: Array<() => void> = [];
    const recheckAll = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
    rechecks = keepRechecking(recheckAll, log);
    rechecks.runSoon();
    rechecks.runSoon();
    rechecks.runSoon();
    expect(recheckAll).toHaveBeenCalledTimes(1);
    finish[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(recheckAll).toHaveBeenCalledTimes(2);
    finish[1]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(recheckAll).toHaveBeenCalledTimes(2);
  });

  it('stops when it is closed', async () => {
    const recheckAll = vi.fn(async () => {});
    rechecks = keepRechecking(recheckAll, log);
    rechecks.close();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(recheckAll).not.toHaveBeenCalled();
  });
});
