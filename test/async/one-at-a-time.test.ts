import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { oneAtATime } from '../../src/async/one-at-a-time.ts';

it('work begins when the work before it has ended, also by a failure', async () => {
  const inTurn = oneAtATime(60_000);
  const ends: Array<(error?: Error) => void> = [];
  const work = () =>
    new Promise<void>((resolve, reject) => ends.push((error) => (error === undefined ? resolve() : reject(error))));
  const turns = [inTurn(work), inTurn(work), inTurn(work)];
  const settled = Promise.allSettled(turns);
  await nextTurn();
  expect(ends).toHaveLength(1);
  ends[0]?.(new Error('failed'));
  await nextTurn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await nextTurn();
  ends[2]?.();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

it('work whose turn comes too late does not begin', async () => {
  const inTurn = oneAtATime(-1);
  await expect(inTurn(async () => 'begun')).rejects.toThrow('too much waits for its turn');
});
