// The page behind a login request's reference: the decision while it is open, its outcome
// afterwards.

import type { Request, Response } from 'express';
import { ApprovalPage } from '../../../web/pages/approval-page.tsx';
import { isKnownTerminal } from '../../catalogue/access/last-used-targets.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import { isUndecided, type LoginRequest } from '../../login/request/login-request.ts';
import { type ApprovalParts, personAtBrowser, requireOwnLoginRequest } from './approval-parts.ts';
import { approvalView, type TypedChoice } from './approval-view.ts';
import { sendConnectionPage } from './connection-page.ts';
import { choiceOnReturn } from './decision-form.ts';
import { alsoWaiting } from './find-also-waiting.ts';
import { offeredTargets } from './offered-targets.ts';

export async function showLoginRequest(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<void> {
  const person = personAtBrowser(response);
  const loginRequest = await requireOwnLoginRequest(parts, request.params.key, person);
  if (!isUndecided(loginRequest.status)) return sendConnectionPage(parts, { request, response }, loginRequest);
  await sendApprovalPage(
    parts,
    { request, response },
    { loginRequest, person, typed: choiceOnReturn(request.query), problem: null },
  );
}

export async function sendApprovalPage(
  parts: ApprovalParts,
  { request, response }: { request: Request; response: Response },
  sight: { loginRequest: LoginRequest; person: PersonAtBrowser; typed: TypedChoice | null; problem: string | null },
): Promise<void> {
  const { loginRequest, person, typed, problem } = sight;
  const { clock, reverseCode } = parts.services;
  const { find } = request.query;
  const [offered, waiting, isKnown] = await Promise.all([
    offeredTargets(parts.catalogue, { userId: person.userId, origin: loginRequest.origin, find }),
    alsoWaiting(parts.services, loginRequest, person),
    isKnownTerminal(parts.catalogue, person.userId, loginRequest.origin.address),
  ]);
  const view = approvalView({
    request: loginRequest,
    offered,
    alsoWaiting: waiting,
    browserAddress: person.address,
    isKnownTerminal: isKnown,
    reverseCode,
    now: clock.now(),
    authenticatedAt: person.authenticatedAt,
    typed,
    problem,
  });
  parts.renderer.send(request, response, ApprovalPage, view);
}
