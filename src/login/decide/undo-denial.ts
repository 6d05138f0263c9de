// A person takes a denial back, or a report: "this was not me" was a mistake.

import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from '../request/login-request.ts';
import type { ClaimServices } from './claim-login-request.ts';

export type UndoOutcome = MoveOutcome & { readonly what: 'denial' | 'report' };

/** `refused` when it is too late, or not the person's. A report's address is blocked no more. */
export async function undoDenial(
  services: ClaimServices,
  request: LoginRequest,
  { person }: { readonly person: PersonAtBrowser },
): Promise<UndoOutcome> {
  const { loginRequests, terminalMemory, auditTrail, clock, nodeId } = services;
  const what = request.reason === 'reported' ? 'report' : 'denial';
  const moved = await loginRequests.grace.undo(request.id, { userId: person.userId });
  const event = what === 'report' ? 'login.report_undone' : 'login.denial_undone';
  const outcome = moved.kind === 'moved' ? 'success' : 'refused';
  auditTrail.record(loginAuditEvent(moved.request ?? request, person, { event, outcome, at: clock.now(), nodeId }));
  if (moved.kind === 'moved' && what === 'report') {
    await terminalMemory.unblock({ userId: person.userId, address: request.origin.address });
  }
  return { ...moved, what };
}
