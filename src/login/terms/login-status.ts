// The statuses of a login request, and the one table of moves between them.

export const LOGIN_STATUSES = [
  'pending',
  'claimed',
  'submitted',
  'approved',
  'consumed',
  'denied',
  'expired',
  'abandoned',
] as const;
export type LoginStatus = (typeof LOGIN_STATUSES)[number];

/**
 * `approve_detached`, `countersign_detached`: without a connection, approval and use are one move,
 * which makes a grant.
 */
export const LOGIN_MOVES = [
  'claim',
  'approve',
  'approve_detached',
  'submit',
  'countersign',
  'countersign_detached',
  'withdraw',
  'deny',
  'report',
  'abandon',
  'give_way',
  'expire',
  'consume',
  'undo',
] as const;
export type LoginMove = (typeof LOGIN_MOVES)[number];

const MOVES: Readonly<Record<LoginStatus, Partial<Readonly<Record<LoginMove, LoginStatus>>>>> = {
  pending: { claim: 'claimed', expire: 'expired', abandon: 'abandoned', give_way: 'abandoned' },
  claimed: {
    approve: 'approved',
    approve_detached: 'consumed',
    submit: 'submitted',
    deny: 'denied',
    report: 'denied',
    expire: 'expired',
    abandon: 'abandoned',
    give_way: 'abandoned',
  },
  submitted: {
    countersign: 'approved',
    countersign_detached: 'consumed',
    deny: 'denied',
    withdraw: 'denied',
    expire: 'expired',
    abandon: 'abandoned',
  },
  approved: { consume: 'consumed', abandon: 'abandoned' },
  consumed: {},
  denied: { undo: 'claimed' },
  expired: {},
  abandoned: {},
};

/** Null when the move is not allowed from there (docs/security.md, "Login requests"). */
export function nextStatus(status: LoginStatus, move: LoginMove): LoginStatus | null {
  return MOVES[status][move] ?? null;
}

export function statusesBefore(move: LoginMove): LoginStatus[] {
  return LOGIN_STATUSES.filter((status) => nextStatus(status, move) !== null);
}

export function isUndecided(status: LoginStatus): boolean {
  return status === 'pending' || status === 'claimed';
}

/** Somebody can still decide on it: its person, or those who were asked. */
export function isOpen(status: LoginStatus): boolean {
  return isUndecided(status) || status === 'submitted';
}

export type MoveTargets = Readonly<
  Partial<Record<LoginStatus, { connection?: LoginStatus; token?: LoginStatus; none?: LoginStatus }>>
>;

/** Requests without a connection make `detachedMove` instead; null means that they cannot move. */
export function moveTargets(move: LoginMove, detachedMove: LoginMove | null = move): MoveTargets {
  return Object.fromEntries(
    statusesBefore(move).map((status) => {
      const held = nextStatus(status, move);
      const none = detachedMove === null ? null : nextStatus(status, detachedMove);
      return [status, { ...(held && { connection: held, token: held }), ...(none && { none }) }];
    }),
  );
}
