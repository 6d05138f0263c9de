// What a terminal is told while others decide on its login: whom its person asked, who agreed, and
// why it came to nothing.

import type { LinkedAbort } from '../../async/time-limit.ts';
import { formatDuration } from '../../duration.ts';
import { PosternError } from '../../errors.ts';
import type { LoginRequest, Submission } from '../../login/request/login-request.ts';
import { cleanForTerminal, quoted } from '../../untrusted-text.ts';
import type { ClientLine } from '../client/client-line.ts';
import { agreedNotice, askedNotice, halfTimeNotice } from '../client/link-notices.ts';

/** Redis expires a request; a node that cannot reach it gives up a little later. */
const GRACE_MS = 5_000;

interface ToldSession {
  readonly client: { readonly line: Pick<ClientLine, 'sendNotice'> };
}

export class AskedOthers {
  readonly #session: ToldSession;
  readonly #limit: Pick<LinkedAbort, 'abort'>;
  readonly #timers: NodeJS.Timeout[] = [];
  #agreedCount = 0;

  constructor(session: ToldSession, limit: Pick<LinkedAbort, 'abort'>) {
    this.#session = session;
    this.#limit = limit;
  }

  /** Sends what is new since the last time. */
  tell({ submission }: LoginRequest): void {
    if (submission === null) return;
    const { line } = this.#session.client;
    if (this.#timers.length === 0) this.#begin(submission);
    for (const [index, name] of submission.agreed.slice(this.#agreedCount).entries()) {
      line.sendNotice(agreedNotice(name, submission.needed - this.#agreedCount - index - 1));
    }
    this.#agreedCount = Math.max(this.#agreedCount, submission.agreed.length);
  }

  #begin({ asked, waitMs }: Submission): void {
    const { line } = this.#session.client;
    line.sendNotice(askedNotice(asked, waitMs));
    const half = waitMs / 2;
    this.#timers.push(
      setTimeout(() => line.sendNotice(halfTimeNotice(half)), half),
      setTimeout(() => this.#limit.abort(unanswered(waitMs)), waitMs + GRACE_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Null for a login about which nobody was asked, or that its person denied. */
export function askingRefusal({ status, reason, submission }: LoginRequest): PosternError | null {
  if (submission === null) return null;
  if (status === 'expired') return unanswered(submission.waitMs);
  if (reason === 'asked_withdrawn') return new PosternError('asked_withdrawn');
  if (reason === 'asked_elsewhere') {
    return new PosternError('asked_elsewhere', { params: { who: cleanForTerminal(submission.asked) } });
  }
  if (reason !== 'asked_and_denied') return null;
  const { by, answer } = submission.denial ?? { by: 'somebody', answer: '' };
  const said = answer === '' ? '' : `: ${quoted(answer)}`;
  return new PosternError('asked_and_denied', { params: { who: cleanForTerminal(by), answer: said } });
}

function unanswered(waitMs: number): PosternError {
  return new PosternError('asked_unanswered', { params: { duration: formatDuration(waitMs) } });
}
