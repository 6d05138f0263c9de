// Records a decision on a login request that was already decided; it changes nothing
// (docs/security.md, "Login requests").

import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest } from '../request/login-request.ts';
import type { ClaimServices } from './claim-login-request.ts';

const EVENTS = { approve: 'login.approved', deny: 'login.denied', report: 'login.reported' } as const;

export function recordLateDecision(
  { auditTrail, clock, nodeId }: Pick<ClaimServices, 'auditTrail' | 'clock' | 'nodeId'>,
  request: LoginRequest,
  late: { readonly person: PersonAtBrowser; readonly decision: keyof typeof EVENTS },
): void {
  const context = { event: EVENTS[late.decision], outcome: 'refused', at: clock.now(), nodeId } as const;
  auditTrail.record({ ...loginAuditEvent(request, late.person, context), reason: `already ${request.status}` });
}
