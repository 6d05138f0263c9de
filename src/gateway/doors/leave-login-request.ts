// How a login request ends, or stays open, when its connection leaves it undecided or unused.

import { isPosternError, PosternError } from '../../errors.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';
import { ClientGone } from '../client/client-gone.ts';
import { auditConnection } from '../session/audit-connection.ts';
import { endingOf, reasonOf } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';

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
    if (reason instanceof PosternError && reason.entry.keepsLoginRequest === true) {
      const detached = await parts.loginRequests.detachConnection(request.id);
      // Should its time come, any node tells.
      if (detached.kind === 'moved') return;
    }
    await abandon(request, reason, { session, parts });
  } catch (error) {
    parts.log.warn({ err: error, login_request_id: request.id }, 'a login request could not be ended');
  }
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

function recordEnd(status: 'expired' | 'abandoned', session: LiveSession, parts: GatewayParts): void {
  auditConnection(session, parts, { event: `login.${status}`, outcome: 'success' });
}
