// The audit events of approvals, and of decisions that came too late (docs/security.md, "Login
// requests"): who admitted which terminal to which target, or why it had no effect.

import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import { UNNAMED_AGENT } from '../terms/agent.ts';
import type { ClaimServices } from './claim-login-request.ts';
import type { ApprovalStep } from './step-up.ts';

interface Approving {
  readonly request: LoginRequest;
  readonly person: PersonAtBrowser;
  readonly target: JudgedTarget;
  readonly approval: Approval;
  readonly step: ApprovalStep;
  /** Null when the approval took effect. */
  readonly refusedFor: 'too_late' | 'sign_in_again' | null;
}

export function recordApproval(
  services: Pick<ClaimServices, 'auditTrail' | 'clock' | 'nodeId'>,
  event: 'login.approved' | 'login.consumed',
  { request, person, target, approval, step, refusedFor }: Approving,
): void {
  const outcome = refusedFor === null ? 'success' : 'refused';
  const context = { event, outcome, at: services.clock.now(), nodeId: services.nodeId } as const;
  services.auditTrail.record({
    ...loginAuditEvent(request, person, context),
    ...(approval.forAgent === true && { untrustedAgent: UNNAMED_AGENT }),
    reason: refusedFor,
    accountId: target.account.id,
    projectId: target.project.id,
    computeId: target.compute.id,
    database: approval.database,
    databaseRole: approval.databaseRole,
    grantId: approval.grantId,
    stepUp: stepsOf(step, target),
  });
}

/** `fresh_sign_in`, `user_code` or both separated by a comma; null where a click was enough. */
function stepsOf(step: ApprovalStep, { policy }: JudgedTarget): string | null {
  const steps = [...(policy.freshSignInMs === null ? [] : ['fresh_sign_in']), ...(step === 'approve' ? [] : [step])];
  return steps.length === 0 ? null : steps.join(',');
}

const EVENTS = { approve: 'login.approved', deny: 'login.denied', report: 'login.reported' } as const;

export function recordLateDecision(
  { auditTrail, clock, nodeId }: Pick<ClaimServices, 'auditTrail' | 'clock' | 'nodeId'>,
  request: LoginRequest,
  late: { readonly person: PersonAtBrowser; readonly decision: keyof typeof EVENTS },
): void {
  const context = { event: EVENTS[late.decision], outcome: 'refused', at: clock.now(), nodeId } as const;
  auditTrail.record({ ...loginAuditEvent(request, late.person, context), reason: `already ${request.status}` });
}
