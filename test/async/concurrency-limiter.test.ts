import { describe, expect, it } from 'vitest';
import { ConcurrencyLimiter } from '../../src/async/concurrency-limiter.ts';

describe('a concurrency limiter', () => {
  // A flood of sign-ins from one address refused everybody's password.
  it('refuses those of a flood, and serves the one from elsewhere that came last', async () => {
    const limiter = new ConcurrencyLimiter({ atOnce: 1, mostWaiting: 10 });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const flood = Array.from({ length: 40 }, (_none, index) => limiter.run(() => gate, `198.51.${index}.7`));
    const other = limiter.run(async () => 'served', '192.0.2.1');
    const outcomes = Promise.allSettled(flood);
    open();
    expect(await other).toBe('served');
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(30);
  });

  // With 180 wrong passwords from two addresses before it, an honest one took 21 seconds.
  it('serves who is alone in a network before a crowd, and the crowd in between', async () => {
    const limiter = new ConcurrencyLimiter({ atOnce: 1, mostWaiting: 500 });
    const order: string[] = [];
    const run = (address: string) => limiter.run(async () => void order.push(address), address);
    const crowd = Array.from({ length: 180 }, (_none, index) => run(`198.51.100.${index % 2}`));
    const alone = Array.from({ length: 5 }, (_none, index) => run(`192.${index}.2.1`));
    await Promise.all([...crowd, ...alone]);
    const last = Math.max(...order.flatMap((address, at) => (address.startsWith('192.') ? [at] : [])));
    expect(last).toBeLessThan(12);
    expect(order.slice(0, 12).filter((address) => address.startsWith('198.')).length).toBeGreaterThan(4);
  });

  it('serves in the order of arrival', async () => {
    const limiter = new ConcurrencyLimiter({ atOnce: 1, mostWaiting: 10 });
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((number) => limiter.run(async () => void order.push(number))));
    expect(order).toEqual([1, 2, 3]);
  });
});
