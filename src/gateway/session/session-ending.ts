// The one reason why a connection must end. Every wait of the connection listens to the signal.

import type { Duplex } from 'node:stream';
import { PosternError } from '../../errors.ts';
import type { EndCause } from '../../fleet/live-connection.ts';
import { cleanOperatorText } from '../../untrusted-text.ts';
import { watchWaitingClient } from '../../wire/watch-waiting-client.ts';
import { ClientGone } from '../client/client.ts';

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

/** Ends a connection whose client hangs up, or sends bytes, while it has nothing to say. */
export class ClientWatch {
  readonly #socket: Duplex;
  readonly #ending: SessionEnding;
  #stop: () => void = () => {};

  constructor(socket: Duplex, ending: SessionEnding) {
    this.#socket = socket;
    this.#ending = ending;
  }

  start(): void {
    this.#stop();
    const watch = watchWaitingClient(this.#socket);
    this.#stop = () => watch.stop();
    void watch.ended.then((end) =>
      this.#ending.start(end === 'data' ? new PosternError('data_while_waiting') : new ClientGone()),
    );
  }

  /** Leaves the socket to the next reader. May be called more than once. */
  stop(): void {
    this.#stop();
  }
}
