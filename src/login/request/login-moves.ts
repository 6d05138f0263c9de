// The table of moves in the form that the moving script takes: the next status by current status
// and by whether a connection waits.

import type { UserId } from '../../ids.ts';
import { type LoginMove, type LoginStatus, nextStatus, statusesBefore } from './login-request.ts';

/** The names are the script's (see scripts/move-login-request.ts). */
export interface MoveDetails {
  readonly to: MoveTargets;
  readonly fields: Readonly<Record<string, string>>;
  /** Only the person who holds the claim may make the move. */
  readonly claimed_by?: UserId;
  /** A field that must be absent. */
  readonly without?: 'code_digest';
  readonly stamp?: 'claimed_at' | 'approved_at';
}

type MoveTargets = Readonly<Partial<Record<LoginStatus, { connection?: LoginStatus; none?: LoginStatus }>>>;

/** Requests without a connection make `detachedMove` instead; null means that they cannot move. */
export function moveTargets(move: LoginMove, detachedMove: LoginMove | null = move): MoveTargets {
  return Object.fromEntries(
    statusesBefore(move).map((status) => {
      const connection = nextStatus(status, move);
      const none = detachedMove === null ? null : nextStatus(status, detachedMove);
      return [status, { ...(connection && { connection }), ...(none && { none }) }];
    }),
  );
}
