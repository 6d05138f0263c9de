// The first signed-in person who opens a link owns its login request; others do not see it.

import type { Clock } from '../../clock.ts';
import { PosternError } from '../../errors.ts';
import type { NodeId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { loginAuditEvent, type PersonAtBrowser, type RecordsAudit } from '../request/login-audit-event.ts';
import type { LoginRequest } from '../request/login-request.ts';
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
  person: PersonAtBrowser,
): Promise<LoginRequest | null> {
  if (request.status !== 'pending') return visibleTo(request, person);
  await requireUnblocked(services, request, person);
  const by = { userId: person.userId, browserAddress: person.address };
  const outcome = await services.loginRequests.claim(request.id, by);
  if (outcome.kind === 'refused') return outcome.request === null ? null : visibleTo(outcome.request, person);
  const context = {
    event: 'login.claimed',
    outcome: 'success',
    at: services.clock.now(),
    nodeId: services.nodeId,
  } as const;
  services.auditTrail.record(loginAuditEvent(outcome.request, person, context));
  return outcome.request;
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
