// How a login request ends, or stays open, when its connection leaves it undecided or unused.

import { isPosternError } from '../errors.ts';
import { isUndecided, type LoginRequest } from '../login/login-request.ts';
import { auditConnection } from './audit-connection.ts';
import { ClientGone } from './client-gone.ts';
import { endingOf, reasonOf } from './endings.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { LiveSession } from './live-session.ts';
import { progressReporter } from './progress-reporter.ts';

/** Redis' clock decides, and may be behind ours. */
const LOOK_AFTER_MS = 1_000;

/**
 * Ends the request for the reason that ended the wait. After `approve_and_retry`, `code_required` and `drain` it stays
 * open without a connection: an approval then makes a grant, which lets the next connection in. Never throws.
 */
export async function leaveLoginRequest(
  request: LoginRequest,
  reason: unknown,
  { session, parts }: { readonly session: LiveSession; readonly parts: GatewayParts },
): Promise<void> {
  try {
    if (isPosternError(reason, 'denied')) return;
    if (isPosternError(reason, 'expired')) return recordEnd('expired', session, parts);
    if (staysOpen(reason)) {
      const detached = await parts.loginRequests.detachConnection(request.id);
      if (detached.kind === 'moved') return recordExpiryOf(detached.request, { session, parts });
    }
    await abandon(request, reason, { session, parts });
  } catch (error) {
    parts.log.warn({ err: error, login_request_id: request.id }, 'a login request could not be ended');
  }
}

function staysOpen(reason: unknown): boolean {
  return (['approve_and_retry', 'code_required', 'drain'] as const).some((code) => isPosternError(reason, code));
}

async function abandon(
  request: LoginRequest,
  reason: unknown,
  { session, parts }: { readonly session: LiveSession; readonly parts: GatewayParts },
): Promise<void> {
  const outcome = await parts.loginRequests.abandon(request.id, reasonOf(endingOf(reason)));
  // Time was faster than the terminal that left, and nobody else tells.
  if (outcome.kind === 'refused' && outcome.request?.status === 'expired') return recordEnd('expired', session, parts);
  if (outcome.kind === 'refused') return;
  if (reason instanceof ClientGone) progressReporter(request.id, parts)({ kind: 'terminal_closed' });
  recordEnd('abandoned', session, parts);
}

/** Nobody waits on the request any more: the node that did looks after its time whether it expired. */
function recordExpiryOf(
  request: LoginRequest,
  left: { readonly session: LiveSession; readonly parts: GatewayParts },
): void {
  const { session, parts } = left;
  const look = async (): Promise<void> => {
    const { request: now } = await parts.loginRequests.expire(request.id);
    if (now?.status === 'expired') recordEnd('expired', session, parts);
    // A reverse code prolongs the time.
    else if (now !== null && isUndecided(now.status)) recordExpiryOf(now, left);
  };
  const remainingMs = Math.max(0, request.expiresAt.getTime() - parts.clock.now().getTime()) + LOOK_AFTER_MS;
  setTimeout(() => {
    look().catch((error: unknown) => {
      parts.log.debug({ err: error, login_request_id: request.id }, 'whether a login request expired is not known');
    });
  }, remainingMs).unref();
}

function recordEnd(status: 'expired' | 'abandoned', session: LiveSession, parts: GatewayParts): void {
  auditConnection(session, parts, { event: `login.${status}`, outcome: 'success' });
}
