// Every status × move, written out by hand from docs/security.md, "Login requests". Null: refused.

import type { LoginMove, LoginStatus } from '../../../src/login/request/login-request.ts';

// biome-ignore format: a table reads in columns
export const MOVES_BY_HAND: Record<LoginStatus, Record<LoginMove, LoginStatus | null>> = {
  pending:   { claim: 'claimed', approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: 'abandoned', give_way: 'abandoned', expire: 'expired', consume: null },
  claimed:   { claim: null,      approve: 'approved', approve_detached: 'consumed', deny: 'denied', report: 'denied', abandon: 'abandoned', give_way: 'abandoned', expire: 'expired', consume: null },
  approved:  { claim: null,      approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: 'abandoned', give_way: null,        expire: null,      consume: 'consumed' },
  consumed:  { claim: null,      approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: null,        give_way: null,        expire: null,      consume: null },
  denied:    { claim: null,      approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: null,        give_way: null,        expire: null,      consume: null },
  expired:   { claim: null,      approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: null,        give_way: null,        expire: null,      consume: null },
  abandoned: { claim: null,      approve: null,       approve_detached: null,       deny: null,     report: null,     abandon: null,        give_way: null,        expire: null,      consume: null },
};
