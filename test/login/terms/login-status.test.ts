import { describe, expect, it } from 'vitest';
import {
  LOGIN_MOVES,
  LOGIN_STATUSES,
  type LoginMove,
  type LoginStatus,
  nextStatus,
  statusesBefore,
} from '../../../src/login/terms/login-status.ts';
import { MOVES_BY_HAND } from './moves-by-hand.ts';

describe('the moves of a login request', () => {
  it.each(cells())('lead from %s by %s to %s', (status, move, expected) => {
    expect(nextStatus(status, move)).toBe(expected);
  });

  it('never leave a final status, except by taking a denial back', () => {
    const ends = ['consumed', 'denied', 'expired', 'abandoned'] as const;
    const ways = ends.flatMap((end) => LOGIN_MOVES.filter((move) => nextStatus(end, move) !== null));
    expect(ways).toEqual(['undo']);
  });

  it('never lead back to pending', () => {
    const reached = LOGIN_STATUSES.flatMap((status) => LOGIN_MOVES.map((move) => nextStatus(status, move)));
    expect(reached).not.toContain('pending');
  });

  it('are listed by the statuses that they may leave', () => {
    expect(statusesBefore('abandon')).toEqual(['pending', 'claimed', 'submitted', 'approved']);
    expect(statusesBefore('consume')).toEqual(['approved']);
  });
});

function cells(): Array<[LoginStatus, LoginMove, LoginStatus | null]> {
  return LOGIN_STATUSES.flatMap((status) =>
    LOGIN_MOVES.map((move): [LoginStatus, LoginMove, LoginStatus | null] => [
      status,
      move,
      MOVES_BY_HAND[status][move],
    ]),
  );
}
