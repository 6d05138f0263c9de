import { expect, it } from 'vitest';
import { inFairTurns } from '../../src/async/fair-turns.ts';

const TURNS = { ownerOf: (name: string) => name.charAt(0), ofOwner: 2, atOnce: 16, startWithinMs: 60_000 };

it('170 slow peers of one owner hold two turns and do not delay another’s', async () => {
  const slow = Array.from({ length: 170 }, (_, at) => `a${at}`);
  const started: string[] = [];
  const over = new AbortController();
  let most = 0;
  let runningSlow = 0;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const left = await inFairTurns([...slow, 'b', 'c'], { ...TURNS, signal: over.signal }, async (name) => {
    started.push(name);
    if (name === 'c') {
      over.abort();
      end();
    }
    if (!name.startsWith('a')) return;
    runningSlow += 1;
    most = Math.max(most, runningSlow);
    await ended;
    runningSlow -= 1;
  });
  expect(started).toEqual(['a0', 'a1', 'b', 'c']);
  expect(most).toBe(2);
  expect(left).toHaveLength(168);
});

it('all of an owner have their turn, and nothing starts after the time', async () => {
  const done: string[] = [];
  const take = async (name: string) => void done.push(name);
  const { signal } = new AbortController();
  expect(await inFairTurns(['a1', 'a2', 'a3', 'b1'], { ...TURNS, signal }, take)).toEqual([]);
  expect(done.sort()).toEqual(['a1', 'a2', 'a3', 'b1']);
  expect(await inFairTurns(['a1'], { ...TURNS, startWithinMs: 0, signal }, take)).toEqual(['a1']);
});
