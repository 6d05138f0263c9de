import { describe, expect, it } from 'vitest';
import { SharedRun } from '../../src/async/shared-run.ts';

/** Work that ends when it is told to; counts its runs. */
function work() {
  const ends: Array<(error?: Error) => void> = [];
  const shared = new SharedRun(
    () =>
      new Promise<number>((resolve, reject) => {
        const run = ends.length + 1;
        ends.push((error) => (error === undefined ? resolve(run) : reject(error)));
      }),
  );
  return { shared, ends, end: (run: number, error?: Error) => ends[run - 1]?.(error) };
}

describe('a shared run', () => {
  it('is not joined by those who come after its begin, who share the next', async () => {
    const { shared, ends, end } = work();
    const first = shared.result();
    const later = [shared.result(), shared.result()];
    expect(ends).toHaveLength(1);
    end(1);
    expect(await first).toBe(1);
    expect(ends).toHaveLength(2);
    const latest = shared.result();
    end(2);
    expect(await Promise.all(later)).toEqual([2, 2]);
    end(3);
    expect(await latest).toBe(3);
  });

  it('begins at once when none is under way', async () => {
    const { shared, ends, end } = work();
    const first = shared.result();
    end(1);
    await first;
    const second = shared.result();
    expect(ends).toHaveLength(2);
    end(2);
    expect(await second).toBe(2);
  });

  it('that fails tells its askers, and the next begins all the same', async () => {
    const { shared, end } = work();
    const first = shared.result();
    const second = shared.result();
    end(1, new Error('unreadable'));
    await expect(first).rejects.toThrow('unreadable');
    end(2);
    expect(await second).toBe(2);
  });
});
