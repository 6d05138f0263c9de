// What a terminal is told while others decide on its login: whom its person asked, who agreed, and
// why it came to nothing.

import type { LinkedAbort } from '../../async/time-limit.ts';
import { formatDuration } from '../../duration.ts';
import { PosternError } from '../../errors.ts';
import type { LoginRequest, Submission } from '../../login/request/login-request.ts';
import { cleanForTerminal, quoted } from '../../untrusted-text.ts';
import type { ClientLine } from '../client/client-line.ts';
import { agreedNotice, askedNotice, stillAskingNotice } from '../client/link-notices.ts';

/** Redis expires a request; a node that cannot reach it gives up a little later. */
const GRACE_MS = 5_000;

interface ToldSession {
  readonly client: { readonly line: Pick<ClientLine, 'sendNotice'> };
}

export class AskedOthers {
  readonly #session: ToldSession;
  readonly #limit: Pick<LinkedAbort, 'abort'>;
  readonly #timers: NodeJS.Timeout[] = [];
  #agreed: readonly string[] = [];

  constructor(session: ToldSession, limit: Pick<LinkedAbort, 'abort'>) {
    this.#session = session;
    this.#limit = limit;
  }

  /** Sends what is new since the last time. */
  tell({ submission }: LoginRequest): void {
    if (submission === null) return;
    const { line } = this.#session.client;
    if (this.#timers.length === 0) this.#begin(submission);
    const { agreed, needed } = submission;
    // Not by their count: of those who agreed, somebody may have lost the right to since.
    const fresh = withoutEach(agreed, this.#agreed);
    for (const [index, name] of fresh.entries()) {
      line.sendNotice(agreedNotice(name, needed - agreed.length + fresh.length - index - 1));
    }
    this.#agreed = agreed;
  }

  #begin({ asked, waitMs }: Submission): void {
    const { line } = this.#session.client;
    line.sendNotice(askedNotice(asked, waitMs));
    const half = waitMs / 2;
    this.#timers.push(
      setTimeout(() => line.sendNotice(stillAskingNotice(half)), half),
      setTimeout(() => this.#limit.abort(unanswered(waitMs)), waitMs + GRACE_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Two people may have one name. */
function withoutEach(names: readonly string[], known: readonly string[]): string[] {
  const left = [...known];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
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
