// One click that admits several connections of one terminal, such as pg_dump -j. Their address,
// user and application prove nothing, so each was opened by the same person, or its code is typed.

import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import type { LoginRequestId } from '../../ids.ts';
import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { Approval, LoginRequest, MoveOutcome } from '../request/login-request.ts';
import type { ClaimServices } from './claim-login-request.ts';
import { recordApproval } from './record-approval.ts';
import type { ApprovalStep } from './step-up.ts';

export interface Release {
  readonly person: PersonAtBrowser;
  readonly approval: Approval;
  readonly target: JudgedTarget;
  readonly step: ApprovalStep;
  readonly ids: readonly LoginRequestId[];
  readonly userCodes: readonly string[];
}

/** One at a time, since the terminal may have closed one or another person may have opened it. */
export async function releaseWaitingLogins(
  services: ClaimServices,
  approved: LoginRequest,
  { ids, userCodes, approval, ...click }: Release,
): Promise<void> {
  if (ids.length === 0 && userCodes.length === 0) return;
  const { userId } = click.person;
  const isMeant = ({ id, claim, userCode, waiting }: LoginRequest): boolean => {
    if (waiting !== 'connection') return false;
    const isOpened = claim?.userId === userId && ids.includes(id);
    return isOpened || (claim === null && userCodes.includes(userCode));
  };
  const waiting = await services.loginRequests.listWaitingOfTerminal(approved.origin);
  for (const other of waiting.filter(isMeant)) {
    await release(services, other, { ...click, approval: { ...approval, grantId: null } });
  }
}

async function release(
  services: ClaimServices,
  other: LoginRequest,
  { person, approval, target, step }: Omit<Release, 'ids' | 'userCodes'>,
): Promise<void> {
  const { userId, address: browserAddress } = person;
  if (other.status === 'pending') {
    recordClaim(services, other, {
      person,
      moved: await services.loginRequests.claim(other.id, { userId, browserAddress }),
    });
  }
  const moved = await services.loginRequests.approve(other.id, { userId, approval });
  const refusedFor = moved.kind === 'moved' ? null : 'too_late';
  recordApproval(services, 'login.approved', { request: other, person, target, approval, step, refusedFor });
}

function recordClaim(
  { auditTrail, clock, nodeId }: ClaimServices,
  request: LoginRequest,
  { person, moved }: { person: PersonAtBrowser; moved: MoveOutcome },
): void {
  const outcome = moved.kind === 'moved' ? 'success' : 'refused';
  auditTrail.record(loginAuditEvent(request, person, { event: 'login.claimed', outcome, at: clock.now(), nodeId }));
}
