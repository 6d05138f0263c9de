// A person refuses a login request; "this was not me" also blocks the terminal's address.

import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from '../request/login-request.ts';
import type { ClaimServices } from './claim-login-request.ts';

/** `refused` when it is not the person's or not open; the terminal learns of a denial at once. */
export async function denyLoginRequest(
  services: ClaimServices,
  request: LoginRequest,
  no: { readonly person: PersonAtBrowser; readonly how: 'deny' | 'report' },
): Promise<MoveOutcome> {
  const { loginRequests, terminalMemory, auditTrail, clock, nodeId } = services;
  const { person, how } = no;
  const reason = how === 'deny' ? 'denied' : 'reported';
  const moved = await loginRequests.deny(request.id, { userId: person.userId, reason });
  const event = how === 'deny' ? 'login.denied' : 'login.reported';
  const outcome = moved.kind === 'moved' ? 'success' : 'refused';
  auditTrail.record(loginAuditEvent(moved.request ?? request, person, { event, outcome, at: clock.now(), nodeId }));
  if (how === 'report') await terminalMemory.block({ userId: person.userId, address: request.origin.address });
  return moved;
}
