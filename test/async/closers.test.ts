import { describe, expect, it } from 'vitest';
import { Closers } from '../../src/async/closers.ts';
import { createLog } from '../../src/log.ts';

describe('closers', () => {
  it('close in the opposite order, each once, whatever fails', async () => {
    const closed: string[] = [];
    const closers = new Closers(createLog('silent'));
    closers.add('first', () => void closed.push('first'));
    closers.add('broken', () => Promise.reject(new Error('stuck')));
    closers.add('last', async () => void closed.push('last'));
    await closers.closeAll();
    await closers.closeAll();
    expect(closed).toEqual(['last', 'first']);
  });

  it('let a second call wait for the first', async () => {
    const done: string[] = [];
    const closers = new Closers(createLog('silent'));
    closers.add('slow', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push('closed');
    });
    void closers.closeAll();
    await closers.closeAll();
    expect(done).toEqual(['closed']);
  });
});
