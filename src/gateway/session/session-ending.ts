// The one reason why a connection must end. Every wait of the connection listens to the signal.

import type { Duplex } from 'node:stream';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { EndCause } from '../../fleet/live-connection.ts';
import { cleanOperatorText } from '../../untrusted-text.ts';
import { type WaitingClientWatch, watchWaitingClient } from '../../wire/watch-waiting-client.ts';
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

  /** What the connection rests on does not allow it any more. */
  startForbidden(error: PosternError): void {
    this.start(forbidding(error));
  }
}

function forbidding({ code, hint, params: { organization = '' } }: PosternError): PosternError {
  if (code === 'second_factor_demanded') return new PosternError('revoked_by_demand', { params: { organization } });
  const why = (hint ?? '').replace(/\.$/, '');
  return code === 'rule_denied' ? new PosternError('revoked_by_rule', { params: { why } }) : errorOf(REVOKED);
}

const REVOKED: EndCause = { kind: 'revoked' };

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

/**
 * What a client that has proved itself may send before it is connected, as to Postgres: drivers
 * flush behind a password, and a first query fits.
 */
const MOST_EARLY_BYTES = 8 * 1024;

/** Ends a connection whose client hangs up, or says too much, before it is connected. */
export class ClientWatch {
  readonly #socket: Duplex;
  readonly #ending: SessionEnding;
  #watch: WaitingClientWatch | null = null;

  constructor(socket: Duplex, ending: SessionEnding) {
    this.#socket = socket;
    this.#ending = ending;
  }

  /** `asking`: a person has yet to decide, and nothing may be said. */
  start(client: 'asking' | 'admitted'): void {
    this.stop();
    this.#watch = watchWaitingClient(this.#socket, client === 'asking' ? 0 : MOST_EARLY_BYTES);
    void this.#watch.ended.then((end) =>
      this.#ending.start(end === 'data' ? new PosternError('data_while_waiting') : new ClientGone()),
    );
  }

  /** Leaves the socket to the next reader. May be called more than once. */
  stop(): void {
    this.#watch?.stop();
    this.#watch = null;
  }
}
