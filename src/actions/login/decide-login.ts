// A person's decision on a login request, told by mail to those whom it concerns. login/decide
// holds the rules of the decision itself. Claiming a request and writing down late decisions
// concern nobody else: http/ calls login/decide for them.

import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import {
  type ApprovalAnswer,
  type ApprovalChoice,
  approveLoginRequest,
} from '../../login/decide/approve-login-request.ts';
import { denyLoginRequest } from '../../login/decide/deny-login-request.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from '../../login/request/login-request.ts';
import { isLoopback } from '../../network-address.ts';
import type { DecisionParts } from './decision-parts.ts';
import { tellAdmins } from './tell-admins.ts';
import { tellPerson } from './tell-person.ts';

/**
 * Approves, or asks for a stronger step; a terminal that is new to the person is told by mail.
 * Throws as `approveLoginRequest`.
 */
export async function approveLogin(
  parts: DecisionParts,
  person: PersonAtBrowser,
  { request, choice }: { readonly request: LoginRequest; readonly choice: ApprovalChoice },
): Promise<ApprovalAnswer> {
  const { address } = request.origin;
  // Asked first, since approving makes the terminal known.
  const isKnown = await isKnownTerminal(parts.catalogue, person.userId, address);
  const answer = await approveLoginRequest(parts.services, { request, person, choice, isKnownTerminal: isKnown });
  // The machine that Postern runs on is new to nobody.
  const isNew = !isKnown && !isLoopback(address);
  if (isNew && answer.kind === 'approved') tellPerson(parts, request, { person, how: 'let_in' });
  if (isNew && answer.kind === 'reverse_code') tellPerson(parts, request, { person, how: 'code' });
  return answer;
}

/**
 * Denies once, or reports that "this was not me", which also blocks the terminal's address for a
 * while and is told to the admins of the person's organizations. `refused` when it is not the
 * person's or no longer open.
 */
export async function denyLogin(
  parts: DecisionParts,
  person: PersonAtBrowser,
  { request, how }: { readonly request: LoginRequest; readonly how: 'deny' | 'report' },
): Promise<MoveOutcome> {
  const moved = await denyLoginRequest(parts.services, request, { person, how });
  if (moved.kind === 'moved' && how === 'report') await tellAdmins(parts, moved.request, person);
  return moved;
}
