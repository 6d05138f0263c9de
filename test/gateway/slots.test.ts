import { describe, expect, it } from 'vitest';
import { Slots } from '../../src/gateway/slots.ts';

const never = new AbortController().signal;

describe('slots', () => {
  it('let no more work run at a time than there are places, and all of it in the end', async () => {
    const slots = new Slots(2);
    let running = 0;
    let mostRunning = 0;
    const work = async (index: number) => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await new Promise(setImmediate);
      running -= 1;
      return index;
    };
    const results = await Promise.all([0, 1, 2, 3, 4].map((index) => slots.run(never, () => work(index))));
    expect(results).toEqual([0, 1, 2, 3, 4]);
    expect(mostRunning).toBe(2);
  });

  it('free the place of failed work', async () => {
    const slots = new Slots(1);
    await expect(slots.run(never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
  });

  it('lose nobody’s place to a waiter that gave up', async () => {
    const slots = new Slots(1);
    const impatient = new AbortController();
    let finish = () => {};
    const first = slots.run(
      never,
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const second = slots.run(impatient.signal, async () => 'never');
    impatient.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    finish();
    await first;
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
  });
});
