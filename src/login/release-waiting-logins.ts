// One explicit click that lets in several connections of one terminal, such as those of pg_dump -j. Only the listed ones:
// nothing is ever released unasked, since people can share an address.

import type { LoginRequestId } from '../ids.ts';
import type { ClaimServices } from './claim-login-request.ts';
import { loginAuditEvent, type PersonAtBrowser } from './login-audit-event.ts';
import type { Approval, LoginRequest, MoveOutcome } from './login-request.ts';

export interface Release {
  readonly person: PersonAtBrowser;
  /** What the first of them was approved for. */
  readonly approval: Approval;
  readonly ids: readonly LoginRequestId[];
}

/** Each is claimed and approved by itself: the terminal may have closed one meanwhile, or somebody else opened it. */
export async function releaseWaitingLogins(
  services: ClaimServices,
  approved: LoginRequest,
  { person, approval, ids }: Release,
): Promise<void> {
  if (ids.length === 0) return;
  const waiting = await services.loginRequests.listWaitingOfTerminal(approved.origin);
  for (const other of waiting.filter((listed) => ids.includes(listed.id) && listed.waiting === 'connection')) {
    await release(services, other, { person, approval: { ...approval, grantId: null } });
  }
}

async function release(
  { loginRequests, auditTrail, clock, nodeId }: ClaimServices,
  other: LoginRequest,
  { person, approval }: Omit<Release, 'ids'>,
): Promise<void> {
  const { userId, address: browserAddress } = person;
  const record = (event: 'login.claimed' | 'login.approved', { kind }: MoveOutcome, facts = {}) => {
    const outcome = kind === 'moved' ? 'success' : 'refused';
    auditTrail.record({ ...loginAuditEvent(other, person, { event, outcome, at: clock.now(), nodeId }), ...facts });
  };
  if (other.status === 'pending') {
    record('login.claimed', await loginRequests.claim(other.id, { userId, browserAddress }));
  }
  const { computeId, database, databaseRole } = approval;
  const moved = await loginRequests.approve(other.id, { userId, approval });
  record('login.approved', moved, { computeId, database, databaseRole });
}
