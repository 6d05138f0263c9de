// Follows one login request and sends the terminal a NOTICE of each change.

import { assertNever } from '../../assert-never.ts';
import { type LinkedAbort, linkedAbort } from '../../async/time-limit.ts';
import { formatDuration } from '../../duration.ts';
import { PosternError } from '../../errors.ts';
import { type Approval, isDenialHeld, type LoginRequest } from '../../login/request/login-request.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ClientLine } from '../client/client-line.ts';
import { halfTimeNotice, moreTimeNotice, OPENED_NOTICE } from '../client/link-notices.ts';
import { AskedOthers, askingRefusal } from './asked-others.ts';

interface ApprovalWait {
  readonly request: LoginRequest;
  readonly loginRequests: Pick<LoginRequests, 'watch' | 'refusalOf'>;
  /** Called once, when a person looks at it. */
  readonly onOpened?: () => void;
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
  const time = new TimeToDecide(wait, session, limit);
  const asked = new AskedOthers(session, limit);
  let isOpened = false;
  try {
    for await (const request of wait.loginRequests.watch(wait.request.id, signal)) {
      time.follow(request);
      if (request.status === 'approved') asked.tell(request);
      const decision = decisionOf(request, wait);
      if (decision === 'opened' && !isOpened) {
        isOpened = true;
        session.client.line.sendNotice(OPENED_NOTICE);
        wait.onOpened?.();
      } else if (decision === 'asked') {
        // Those who were asked have their own time.
        time.stop();
        asked.tell(request);
      } else if (typeof decision === 'object') {
        return decision;
      }
    }
    signal.throwIfAborted();
    throw expiredError(lifeMsOf(wait.request));
  } finally {
    asked.stop();
    time.stop();
    limit.unlink();
  }
}

/** Tells the terminal at half time and of more time; gives up when Redis is silent. */
class TimeToDecide {
  readonly #session: WaitingSession;
  readonly #limit: LinkedAbort;
  readonly #startedAtMs = performance.now();
  readonly #halfTime: NodeJS.Timeout;
  #lifeMs: number;
  #extensionCount = 0;
  #end: NodeJS.Timeout;

  constructor({ request }: ApprovalWait, session: WaitingSession, limit: LinkedAbort) {
    this.#session = session;
    this.#limit = limit;
    this.#lifeMs = lifeMsOf(request);
    const halfMs = this.#lifeMs / 2;
    this.#halfTime = setTimeout(() => session.client.line.sendNotice(halfTimeNotice(halfMs)), halfMs);
    this.#end = this.#startEnd();
  }

  follow(request: LoginRequest): void {
    // A reverse code moves the end, too, but not for this connection.
    if (request.extensionCount <= this.#extensionCount) return;
    this.#extensionCount = request.extensionCount;
    this.#lifeMs = lifeMsOf(request);
    this.stop();
    this.#end = this.#startEnd();
    this.#session.client.line.sendNotice(moreTimeNotice(this.#remainingMs()));
  }

  stop(): void {
    clearTimeout(this.#halfTime);
    clearTimeout(this.#end);
  }

  #startEnd(): NodeJS.Timeout {
    const lifeMs = this.#lifeMs;
    return setTimeout(() => this.#limit.abort(expiredError(lifeMs)), this.#remainingMs() + STORE_SILENT_GRACE_MS);
  }

  #remainingMs(): number {
    return Math.max(0, this.#lifeMs - (performance.now() - this.#startedAtMs));
  }
}

/** The whole time to decide. */
function lifeMsOf({ createdAt, expiresAt }: LoginRequest): number {
  return expiresAt.getTime() - createdAt.getTime();
}

type Told = Approval | 'opened' | 'asked' | 'pending';

function decisionOf(request: LoginRequest, { loginRequests }: ApprovalWait): Told {
  const lifeMs = lifeMsOf(request);
  switch (request.status) {
    case 'pending':
      return 'pending';
    case 'claimed':
      if (request.stepUp !== null) throw new PosternError('code_required');
      return 'opened';
    case 'submitted':
      return 'asked';
    case 'approved':
      if (request.approval === null) throw new Error(`login request ${request.id} is approved for nothing`);
      return request.approval;
    case 'denied':
      if (isDenialHeld(request)) return 'pending';
      throw askingRefusal(request) ?? new PosternError('denied');
    case 'consumed':
      // Other nodes considered this one lost and made a grant of the approval: the next try gets
      // in.
      if (request.waiting === 'none') throw new PosternError('store_unavailable');
      throw expiredError(lifeMs);
    case 'abandoned':
      throw loginRequests.refusalOf(request) ?? expiredError(lifeMs);
    case 'expired':
      throw askingRefusal(request) ?? expiredError(lifeMs);
    default:
      return assertNever(request.status);
  }
}

/** As the client reads it: `login request expired after 2 minutes`. */
export function expiredError(ttlMs: number): PosternError {
  return new PosternError('expired', { params: { duration: formatDuration(ttlMs) } });
}
