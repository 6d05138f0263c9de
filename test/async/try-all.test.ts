import { describe, expect, it } from 'vitest';
import { tryAll } from '../../src/async/try-all.ts';

describe('trying all', () => {
  it('works on those after a failure, and then throws the first', async () => {
    const done: number[] = [];
    const trying = tryAll([1, 2, 3, 4], async (item) => {
      if (item % 2 === 0) throw new Error(`not ${item}`);
      done.push(item);
    });
    await expect(trying).rejects.toThrow('not 2');
    expect(done).toEqual([1, 3]);
  });
});
