import { describe, expect, it } from 'vitest';
import { type CatalogueSnapshot, parseSnapshot, sawCommit } from '../../../src/catalogue/endings/catalogue-snapshot.ts';

function snapshot(text: string): CatalogueSnapshot {
  const parsed = parseSnapshot(text);
  if (parsed === null) throw new Error(`${text} is no snapshot`);
  return parsed;
}

describe('a snapshot of the catalogue', () => {
  it.each([
    ['before the oldest running transaction', 99n, true],
    ['still running then', 100n, false],
    ['committed between running ones', 101n, true],
    ['also still running then', 102n, false],
    ['begun later', 103n, false],
  ])('tells whether it saw a transaction that was %s', (_what, transactionId, seen) => {
    expect(sawCommit(snapshot('100:103:100,102'), transactionId)).toBe(seen);
  });

  it('saw everything before its end when nothing was running', () => {
    expect([99n, 100n].map((id) => sawCommit(snapshot('100:100:'), id))).toEqual([true, false]);
  });

  it.each(['', '1:2', '1:2:x', '1:2:3,', "1:2:'", '-1:2:'])('is not read from %j', (text) => {
    expect(parseSnapshot(text)).toBeNull();
  });
});
