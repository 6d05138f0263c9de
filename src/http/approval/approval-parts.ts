// Shared by the approval routes: their dependencies, and the person at the browser.

import type { Response } from 'express';
import type { DecisionParts } from '../../actions/login/decide-login.ts';
import { PosternError } from '../../errors.ts';
import { isLoginRequestId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { EventStreams } from '../request/event-streams.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { contextOf, requireSession } from '../request/request-context.ts';

export interface ApprovalParts extends DecisionParts {
  readonly limits: Limits;
  readonly renderer: PageRenderer;
  readonly streams: EventStreams;
}

/** Throws `not_signed_in`, which redirects to sign-in and back. */
export function personAtBrowser(response: Response): PersonAtBrowser {
  const { user, authenticatedAt, foundAsOf: signedInAsOf } = requireSession(response);
  const { address, userAgent, requestId } = contextOf(response);
  return { userId: user.id, email: user.email, address, userAgent, requestId, authenticatedAt, signedInAsOf };
}

/**
 * The login request of a token or a reference, whoever owns it; null when there is none. An
 * undecided one that is out of time is returned as expired.
 */
export async function findLoginRequest({ services }: ApprovalParts, key: string): Promise<LoginRequest | null> {
  if (isLoginRequestId(key)) return await services.loginRequests.find(key);
  return await services.loginRequests.findByToken(key);
}

/** The request if this person has claimed it. Throws as `unknownLink` otherwise. */
export async function requireOwnLoginRequest(
  parts: ApprovalParts,
  key: string,
  person: PersonAtBrowser,
): Promise<LoginRequest> {
  const request = await findLoginRequest(parts, key);
  if (request?.claim?.userId !== person.userId) return await unknownLink(parts, person);
  return request;
}

/**
 * The same answer for unknown, malformed and foreign links. Throws `link_unknown`, or
 * `rate_limited` after too many attempts.
 */
export async function unknownLink({ limits }: ApprovalParts, person: PersonAtBrowser): Promise<never> {
  const verdict = await limits.unknownLink({ address: person.address, userId: person.userId });
  if (verdict === 'limited') throw new PosternError('rate_limited');
  throw new PosternError('link_unknown');
}
