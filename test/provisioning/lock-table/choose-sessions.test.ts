import { describe, expect, it } from 'vitest';
import { chooseSessions } from '../../../src/provisioning/lock-table/choose-sessions.ts';

const TABLE = { capacity: 6_400, ownShare: 64 };

function chosenFrom(sessions: ReadonlyArray<readonly [tenant: string, locks: number]>): string[] {
  const held = sessions.map(([tenant, locks], pid) => ({ tenant, locks, pid }));
  const used = held.reduce((sum, { locks }) => sum + locks, 0);
  return chooseSessions(TABLE, { used, sessions: held }).map(({ tenant, locks }) => `${tenant} ${locks}`);
}

describe('the sessions that give way in a table of locks', () => {
  it('are none while a quarter of it is free, however much one holds', () => {
    expect(chosenFrom([['dump', 4_800]])).toEqual([]);
  });

  it('are the one that filled it, and nobody else', () => {
    expect(
      chosenFrom([
        ['busy', 1_500],
        ['greedy', 4_900],
      ]),
    ).toEqual(['greedy 4900']);
  });

  it('are of the account that holds the most, in however many sessions', () => {
    expect(
      chosenFrom([
        ['dump', 1_600],
        ['greedy', 1_200],
        ['greedy', 1_300],
        ['greedy', 1_100],
      ]),
    ).toEqual(['greedy 1300']);
  });

  it('are as many as it takes', () => {
    expect(
      chosenFrom([
        ['one', 3_000],
        ['other', 2_900],
        ['third', 2_800],
      ]),
    ).toEqual(['one 3000', 'other 2900']);
  });

  it('are of the account that holds the most in many small sessions', () => {
    const small = Array.from({ length: 80 }, () => ['greedy', 60] as const);
    expect(chosenFrom([['dump', 186], ...small])).toEqual(Array(4).fill('greedy 60'));
  });

  it('are of whichever account holds the most once others have given way', () => {
    expect(
      chosenFrom([
        ['one', 60],
        ['one', 3_000],
        ['other', 1_500],
        ['other', 1_500],
      ]),
    ).toEqual(['one 3000']);
  });

  it('are never of an account that holds no more than a session has room for', () => {
    const many = Array.from({ length: 100 }, (_, index) => [`tenant${index}`, 64] as const);
    expect(chosenFrom(many)).toEqual([]);
  });
});
