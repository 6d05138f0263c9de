// The one reason why a connection must end. Closes nothing: every wait of the connection listens to
// the signal.

import { PosternError } from '../../errors.ts';
import type { EndCause } from '../../fleet/live-connection.ts';
import { cleanOperatorText } from '../../untrusted-text.ts';
import type { ClientGone } from '../client/client-gone.ts';

export class SessionEnding {
  readonly #controller = new AbortController();

  /** Aborts with a PosternError or ClientGone. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the end; of several reasons the first counts. */
  start(reason: PosternError | ClientGone): void {
    this.#controller.abort(reason);
  }

  /** As `start`, for a reason from outside the connection. */
  startFor(cause: EndCause): void {
    this.start(
      cause.kind === 'killed'
        ? new PosternError('killed', { params: { reason: cleanOperatorText(cause.reason) } })
        : new PosternError(cause.kind),
    );
  }
}
