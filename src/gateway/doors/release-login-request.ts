// How a login request ends, or stays open, when its connection leaves it undecided or unused.

import { endRequestOfLogin } from '../../catalogue/asking/end-request.ts';
import { SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { ClientGone } from '../client/client.ts';
import { endingOf, factsOfEnding } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';

interface ReleaseContext {
  readonly session: LiveSession;
  readonly parts: Pick<GatewayParts, 'catalogue' | 'log' | 'loginRequests'>;
}

/**
 * After `approve_and_retry`, `code_required` and `drain` it stays open: an approval then makes a
 * grant, which lets the next connection in. Never throws.
 */
export async function releaseLoginRequest(
  request: LoginRequest,
  reason: unknown,
  { session, parts }: ReleaseContext,
): Promise<void> {
  try {
    if (isPosternError(reason, 'denied')) return;
    if (isPosternError(reason, 'expired') || isPosternError(reason, 'asked_unanswered')) {
      return recordEnd('expired', session);
    }
    if (reason instanceof PosternError && reason.entry.keepsLoginRequest === true) {
      const detached = await parts.loginRequests.detachConnection(request.id);
      // If it expires later, any node records that.
      if (detached.kind === 'moved') return;
    }
    await abandon(request, reason, { session, parts });
  } catch (error) {
    parts.log.warn(
      { event: 'login.release_failed', err: error, login_request_id: request.id },
      'could not end a login request',
    );
  }
}

async function abandon(request: LoginRequest, reason: unknown, { session, parts }: ReleaseContext): Promise<void> {
  const outcome = await parts.loginRequests.abandon(request.id, factsOfEnding(endingOf(reason)).reason);
  // It had expired before the terminal left, and no other node records that.
  if (outcome.kind === 'refused' && outcome.request?.status === 'expired') return recordEnd('expired', session);
  const gaveWay = outcome.request !== null && parts.loginRequests.refusalOf(outcome.request) !== null;
  if (outcome.kind === 'refused' && gaveWay) return recordEnd('abandoned', session);
  // Denied, and the terminal did not wait for the end of its 5 seconds.
  if (outcome.request?.status === 'denied') await parts.loginRequests.grace.finishDenial(request.id);
  if (outcome.kind === 'refused') return;
  if (outcome.request.submission !== null) {
    const ended = { loginRequestId: request.id, reason: outcome.request.reason ?? 'terminal_closed' };
    await endRequestOfLogin(parts.catalogue, SYSTEM_CONTEXT, ended);
  }
  if (reason instanceof ClientGone) progressReporter(request.id, parts)({ kind: 'terminal_closed' });
  recordEnd('abandoned', session);
}

function recordEnd(status: 'expired' | 'abandoned', session: LiveSession): void {
  session.audit.record({ event: `login.${status}`, outcome: 'success' });
}
