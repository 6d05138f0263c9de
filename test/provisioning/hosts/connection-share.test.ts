import { describe, expect, it } from 'vitest';
import { accountShare, projectShare } from '../../../src/provisioning/hosts/connection-share.ts';

const PLACES = { usable: 240, otherwiseUsed: 0 };

/** Each account takes what it can, in turn, until nobody gets more. */
function holdings(accounts: number, places = PLACES): number[] {
  const held = Array.from({ length: accounts }, () => 0);
  const total = () => held.reduce((sum, count) => sum + count, 0);
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const [index, own] of held.entries()) {
      if (total() === places.usable || own + 1 > accountShare(places, total() - own)) continue;
      held[index] = own + 1;
      isMoving = true;
    }
  }
  return held;
}

describe('what accounts leave that take all connections of a host they can', () => {
  it.each([
    [1, 80],
    [2, 48],
    [4, 27],
    [10, 12],
    [50, 3],
  ])('%i accounts leave %i of 240, however many projects they have', (accounts, least) => {
    const held = holdings(accounts);
    const left = PLACES.usable - held.reduce((sum, count) => sum + count, 0);
    expect(left).toBeGreaterThanOrEqual(least - 1);
    expect(Math.max(...held) - Math.min(...held), 'alike').toBeLessThanOrEqual(1);
  });

  it('leaves a newcomer several', () => {
    const heldByOthers = holdings(4).reduce((sum, count) => sum + count, 0);
    expect(accountShare(PLACES, heldByOthers)).toBeGreaterThanOrEqual(18);
  });
});

describe('a share of a host', () => {
  it('of an account is of what nobody else uses', () => {
    expect(accountShare({ usable: 100, otherwiseUsed: 10 }, 30)).toBe(40);
  });

  it('is always one connection for an account', () => {
    expect(accountShare({ usable: 100, otherwiseUsed: 10 }, 95)).toBe(1);
  });

  it('of a project is a quarter, and five on a small host', () => {
    expect(projectShare({ usable: 240 })).toBe(60);
    expect(projectShare({ usable: 12 })).toBe(5);
  });
});
