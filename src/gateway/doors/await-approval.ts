// Follows one login request and sends the terminal a NOTICE of each change.

import { assertNever } from '../../assert-never.ts';
import { type LinkedAbort, linkedAbort } from '../../async/time-limit.ts';
import { formatDuration } from '../../duration.ts';
import { PosternError } from '../../errors.ts';
import type { Approval, LoginRequest } from '../../login/request/login-request.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ClientLine } from '../client/client-line.ts';
import { halfTimeNotice, OPENED_NOTICE } from '../client/link-notices.ts';

interface ApprovalWait {
  readonly request: LoginRequest;
  readonly loginRequests: Pick<LoginRequests, 'watch' | 'refusalOf'>;
  /** Called once, when a person looks at it. */
  readonly onOpened?: () => void;
  readonly ttlMs: number;
}

interface WaitingSession {
  readonly signal: AbortSignal;
  readonly client: { readonly line: Pick<ClientLine, 'sendNotice'> };
}

/** Redis expires a request; a node that cannot reach it gives up a little later. */
const STORE_SILENT_GRACE_MS = 5_000;

/**
 * Throws why there is no approval: `denied`, `expired`, `code_required`, `too_many_requests`,
 * `overloaded`, `store_unavailable`, or the reason of the session's signal.
 */
export async function awaitApproval(wait: ApprovalWait, session: WaitingSession): Promise<Approval> {
  const limit = linkedAbort(session.signal);
  const { signal } = limit;
  const timers = startTimers(wait, session, limit);
  let isOpened = false;
  try {
    for await (const request of wait.loginRequests.watch(wait.request.id, signal)) {
      const decision = decisionOf(request, wait);
      if (decision === 'opened' && !isOpened) {
        isOpened = true;
        session.client.line.sendNotice(OPENED_NOTICE);
        wait.onOpened?.();
      } else if (typeof decision === 'object') {
        return decision;
      }
    }
    signal.throwIfAborted();
    throw expiredError(wait.ttlMs);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    limit.unlink();
  }
}

function startTimers({ ttlMs }: ApprovalWait, session: WaitingSession, limit: LinkedAbort): NodeJS.Timeout[] {
  return [
    setTimeout(() => session.client.line.sendNotice(halfTimeNotice(ttlMs / 2)), ttlMs / 2),
    setTimeout(() => limit.abort(expiredError(ttlMs)), ttlMs + STORE_SILENT_GRACE_MS),
  ];
}

function decisionOf(request: LoginRequest, { loginRequests, ttlMs }: ApprovalWait): Approval | 'opened' | 'pending' {
  switch (request.status) {
    case 'pending':
      return 'pending';
    case 'claimed':
      if (request.stepUp !== null) throw new PosternError('code_required');
      return 'opened';
    case 'approved':
      if (request.approval === null) throw new Error(`login request ${request.id} is approved for nothing`);
      return request.approval;
    case 'denied':
      throw new PosternError('denied');
    case 'consumed':
      // Other nodes considered this one lost and made a grant of the approval: the next try gets
      // in.
      if (request.waiting === 'none') throw new PosternError('store_unavailable');
      throw expiredError(ttlMs);
    case 'abandoned':
      throw loginRequests.refusalOf(request) ?? expiredError(ttlMs);
    case 'expired':
      throw expiredError(ttlMs);
    default:
      return assertNever(request.status);
  }
}

/** As the client reads it: `login request expired after 2 minutes`. */
export function expiredError(ttlMs: number): PosternError {
  return new PosternError('expired', { params: { duration: formatDuration(ttlMs) } });
}
