import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Slots } from '../../src/async/slots.ts';
import { TimeLimitExceeded } from '../../src/async/time-limit.ts';

const ADDRESS = '203.0.113.7';
const never = { address: ADDRESS, signal: new AbortController().signal };
const slotsOf = (places: number) => new Slots({ places, undisturbedMs: 60_000 });

/** Work that ends when it is told to, and only then. */
const untilTold = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('slots', () => {
  it('let no more work run at a time than there are places, and all of it in the end', async () => {
    const slots = slotsOf(2);
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
    const slots = slotsOf(1);
    await expect(slots.run(never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
  });

  it('lose nobody’s place to a waiter that gave up', async () => {
    const slots = slotsOf(1);
    const impatient = new AbortController();
    let finish = () => {};
    const first = slots.run(
      never,
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const second = slots.run({ ...never, signal: impatient.signal }, async () => 'never');
    impatient.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    finish();
    await first;
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
  });

  it('go to a network with few waiters before one with many, whoever came last', async () => {
    const slots = slotsOf(1);
    const order: string[] = [];
    const enter = (address: string) => slots.run({ ...never, address }, async () => void order.push(address));
    const crowd = (from: number) => Array.from({ length: 20 }, (_none, index) => `198.51.${from + index}.1`);
    await Promise.all(['198.51.0.1', ...crowd(1), ADDRESS, '198.51.100.9', ...crowd(50)].map(enter));
    expect(order.indexOf(ADDRESS)).toBe(1);
  });

  it('are taken from a crowd of overstaying holders before one who is alone', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const slots = new Slots({ places: 3, undisturbedMs: 1_000 });
    const ended: string[] = [];
    const hold = (address: string) => slots.run({ ...never, address }, untilTold).catch(() => void ended.push(address));
    const held = [ADDRESS, '198.51.1.1', '198.51.2.1'].map(hold);
    await vi.advanceTimersByTimeAsync(1_001);
    for (let waiter = 0; waiter < held.length; waiter++) void slots.run(never, () => new Promise(() => {}));
    await Promise.all(held);
    // Once they are equal, the longest there.
    expect(ended).toEqual(['198.51.1.1', ADDRESS, '198.51.2.1']);
  });

  it('go to the newest of several waiters of an address', async () => {
    const slots = slotsOf(1);
    const order: string[] = [];
    const enter = (name: string) => slots.run(never, async () => void order.push(name));
    await Promise.all(['first', 'second', 'third'].map(enter));
    expect(order).toEqual(['first', 'third', 'second']);
  });

  it('are taken from a holder past its time as soon as another waits', async () => {
    const slots = new Slots({ places: 2, undisturbedMs: 1 });
    const overstaying = [slots.run(never, untilTold), slots.run(never, untilTold)];
    const ended = Promise.allSettled(overstaying);
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
    await expect(overstaying[0]).rejects.toThrow(TimeLimitExceeded);
    const stubborn = slots.run(never, untilTold);
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
    await expect(overstaying[1]).rejects.toThrow(TimeLimitExceeded);
    await expect(slots.run(never, async () => 'done')).resolves.toBe('done');
    await ended;
    const done = slots.run(never, async () => 'done');
    await expect(Promise.race([stubborn, done])).resolves.toBe('done');
    stubborn.catch(() => {});
  });

  it('are kept until the outer signal aborts when nobody else waits', async () => {
    const slots = new Slots({ places: 1, undisturbedMs: 1 });
    const outer = new AbortController();
    const alone = slots.run({ ...never, signal: outer.signal }, untilTold);
    outer.abort(new Error('closing'));
    await expect(alone).rejects.toThrow('closing');
  });
});
