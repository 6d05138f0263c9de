// Every status × move, written out by hand from docs/security.md, "Login requests". Null: refused.

import type { LoginMove, LoginStatus } from '../../../src/login/terms/login-status.ts';

// biome-ignore format: a table reads in columns
export const MOVES_BY_HAND: Record<LoginStatus, Record<LoginMove, LoginStatus | null>> = {
  pending:   { claim: 'claimed', approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: 'abandoned', give_way: 'abandoned', expire: 'expired', consume: null, undo: null },
  claimed:   { claim: null, approve: 'approved', approve_detached: 'consumed', submit: 'submitted', countersign: null, countersign_detached: null, withdraw: null, deny: 'denied', report: 'denied', abandon: 'abandoned', give_way: 'abandoned', expire: 'expired', consume: null, undo: null },
  submitted: { claim: null, approve: null, approve_detached: null, submit: null, countersign: 'approved', countersign_detached: 'consumed', withdraw: 'denied', deny: 'denied', report: null, abandon: 'abandoned', give_way: null, expire: 'expired', consume: null, undo: null },
  approved:  { claim: null, approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: 'abandoned', give_way: null, expire: null, consume: 'consumed', undo: null },
  consumed:  { claim: null, approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: null, give_way: null, expire: null, consume: null, undo: null },
  denied:    { claim: null, approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: null, give_way: null, expire: null, consume: null, undo: 'claimed' },
  expired:   { claim: null, approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: null, give_way: null, expire: null, consume: null, undo: null },
  abandoned: { claim: null, approve: null, approve_detached: null, submit: null, countersign: null, countersign_detached: null, withdraw: null, deny: null, report: null, abandon: null, give_way: null, expire: null, consume: null, undo: null },
};
