import { describe, expect, it } from 'vitest';
import {
  LOGIN_MOVES,
  LOGIN_STATUSES,
  type LoginMove,
  type LoginStatus,
  nextStatus,
  statusesBefore,
} from '../../../src/login/request/login-request.ts';
import { MOVES_BY_HAND } from './moves-by-hand.ts';

describe('the moves of a login request', () => {
  it.each(cells())('lead from %s by %s to %s', (status, move, expected) => {
    expect(nextStatus(status, move)).toBe(expected);
  });

  it('never leave a final status', () => {
    for (const end of ['consumed', 'denied', 'expired', 'abandoned'] as const) {
      expect(LOGIN_MOVES.map((move) => nextStatus(end, move))).toEqual(LOGIN_MOVES.map(() => null));
    }
  });

  it('never lead back to pending', () => {
    const reached = LOGIN_STATUSES.flatMap((status) => LOGIN_MOVES.map((move) => nextStatus(status, move)));
    expect(reached).not.toContain('pending');
  });

  it('are listed by the statuses that they may leave', () => {
    expect(statusesBefore('abandon')).toEqual(['pending', 'claimed', 'approved']);
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
