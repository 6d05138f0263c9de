// A person gets more time to decide; the terminal is told by the node that holds it.

import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from '../request/login-request.ts';
import type { ClaimServices } from './claim-login-request.ts';

/** `refused` when it is decided, has an open reverse code, or got its time before. */
export async function giveMoreTime(
  { loginRequests, auditTrail, clock, nodeId }: ClaimServices,
  request: LoginRequest,
  { person }: { readonly person: PersonAtBrowser },
): Promise<MoveOutcome> {
  const moved = await loginRequests.grace.extend(request.id, { userId: person.userId });
  const outcome = moved.kind === 'moved' ? 'success' : 'refused';
  const context = { event: 'login.extended', outcome, at: clock.now(), nodeId } as const;
  auditTrail.record(loginAuditEvent(moved.request ?? request, person, context));
  return moved;
}
