// Shared by the approval routes: their dependencies, and the person at the browser.

import type { Request, Response } from 'express';
import type { AlsoWaitingProps } from '../../../web/components/approval/also-waiting.tsx';
import type { DecisionParts } from '../../actions/login/decide-login.ts';
import { PosternError } from '../../errors.ts';
import { isLoginRequestId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import type { ApprovalServices } from '../../login/decide/judge-approval.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import type { EventStreams } from '../request/event-streams.ts';
import { contextOf, requireSession } from '../request/request-context.ts';

export interface ApprovalParts extends DecisionParts {
  /** `psql -h pg.example.com` */
  readonly psqlCommand: string;
  readonly limits: Limits;
  readonly renderer: PageRenderer;
  readonly streams: EventStreams;
}

/** A request to a page of a login request that the person at the browser has claimed. */
export interface ApprovalCall {
  readonly parts: ApprovalParts;
  readonly request: Request<{ key: string }>;
  readonly response: Response;
  readonly person: PersonAtBrowser;
  readonly loginRequest: LoginRequest;
}

/** Throws as `unknownLink` for another person's login request. */
export async function openApproval(
  parts: ApprovalParts,
  request: Request<{ key: string }>,
  response: Response,
): Promise<ApprovalCall> {
  const person = personAtBrowser(response);
  const loginRequest = await findLoginRequest(parts, request.params.key);
  if (loginRequest?.claim?.userId !== person.userId) return await unknownLink(parts, person);
  return { parts, request, response, person, loginRequest };
}

/** Throws `not_signed_in`, which redirects to sign-in and back. */
export function personAtBrowser(response: Response): PersonAtBrowser {
  const { user, signIn, foundAsOf: signedInAsOf } = requireSession(response);
  const { address, userAgent, requestId } = contextOf(response);
  return { userId: user.id, email: user.email, address, userAgent, requestId, signIn, signedInAsOf };
}

/** By token or reference, whoever owns it; an undecided one out of time is returned as expired. */
export async function findLoginRequest({ services }: ApprovalParts, key: string): Promise<LoginRequest | null> {
  if (isLoginRequestId(key)) return await services.loginRequests.find(key);
  return await services.loginRequests.findByToken(key);
}

/** One answer for unknown, malformed and foreign links: `link_unknown`, or `rate_limited`. */
export async function unknownLink({ limits }: ApprovalParts, person: PersonAtBrowser): Promise<never> {
  const verdict = await limits.unknownLink({ address: person.address, userId: person.userId });
  requireAllowed(verdict);
  throw new PosternError('link_unknown');
}

/** NOTE: no codes of unopened ones: whoever types one has seen the terminal that shows it. */
export async function alsoWaiting(
  { loginRequests }: Pick<ApprovalServices, 'loginRequests'>,
  shown: LoginRequest,
  { userId }: Pick<PersonAtBrowser, 'userId'>,
): Promise<Pick<AlsoWaitingProps, 'opened' | 'unopenedCount'>> {
  const waiting = await loginRequests.listWaitingOfTerminal(shown.origin);
  const others = waiting.filter((other) => other.id !== shown.id && other.waiting !== 'none');
  return {
    opened: others.flatMap(({ id, userCode, claim }) => (claim?.userId === userId ? [{ id, userCode }] : [])),
    unopenedCount: others.filter(({ claim }) => claim === null).length,
  };
}
