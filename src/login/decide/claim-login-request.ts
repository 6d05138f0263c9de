// The first signed-in person who opens a link owns its login request; others do not see it.

import type { Clock } from '../../clock.ts';
import { PosternError } from '../../errors.ts';
import type { NodeId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { loginAuditEvent, type PersonAtBrowser, type RecordsAudit } from '../request/login-audit-event.ts';
import type { Claimant, LoginRequest } from '../request/login-request.ts';
import type { LoginRequests } from '../request/login-requests.ts';
import type { TerminalMemory } from './terminal-memory.ts';

export interface ClaimServices {
  readonly loginRequests: LoginRequests;
  readonly terminalMemory: TerminalMemory;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
}

/** Null when it is somebody else's. Throws `forbidden` for a terminal that was reported lately. */
export async function claimLoginRequest(
  services: ClaimServices,
  request: LoginRequest,
  person: PersonAtBrowser & Pick<Claimant, 'hasTypedCode'>,
): Promise<LoginRequest | null> {
  if (request.status !== 'pending') return visibleTo(request, person);
  await requireUnblocked(services, request, person);
  const { userId, address: browserAddress, hasTypedCode = false } = person;
  const outcome = await services.loginRequests.claim(request.id, { userId, browserAddress, hasTypedCode });
  if (outcome.kind === 'refused') return outcome.request === null ? null : visibleTo(outcome.request, person);
  recordClaim(services, outcome.request, person);
  return outcome.request;
}

/** A link that was only offered to what may be a health check is a login request since now. */
function recordClaim(
  { auditTrail, clock, nodeId }: ClaimServices,
  request: LoginRequest,
  person: PersonAtBrowser,
): void {
  const events = request.origin.noticeBlind
    ? (['login.requested', 'login.claimed'] as const)
    : (['login.claimed'] as const);
  for (const event of events) {
    auditTrail.record(loginAuditEvent(request, person, { event, outcome: 'success', at: clock.now(), nodeId }));
  }
}

function visibleTo(request: LoginRequest, person: PersonAtBrowser): LoginRequest | null {
  return request.claim === null || request.claim.userId === person.userId ? request : null;
}

async function requireUnblocked(
  { terminalMemory }: ClaimServices,
  { origin }: LoginRequest,
  { userId }: PersonAtBrowser,
): Promise<void> {
  if (!(await terminalMemory.isBlocked({ userId, address: origin.address }))) return;
  const address = cleanForPage(origin.address);
  throw new PosternError('address_reported', { params: { address } });
}
