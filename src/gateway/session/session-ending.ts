// The one reason why a connection must end. Every wait of the connection listens to the signal.

import type { Duplex } from 'node:stream';
import { assertNever } from '../../assert-never.ts';
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
    this.start(errorOf(cause));
  }
}

function errorOf(cause: EndCause): PosternError {
  switch (cause.kind) {
    case 'killed':
      return new PosternError('killed', { params: { reason: cleanOperatorText(cause.reason) } });
    case 'suspended':
      return new PosternError('suspended', { params: { by: cleanOperatorText(cause.by) } });
    case 'revoked':
      return new PosternError(cause.thing === undefined ? 'revoked' : `revoked_${cause.thing}`);
    case 'drain':
      return new PosternError('drain');
    default:
      return assertNever(cause);
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
