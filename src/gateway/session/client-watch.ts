// Watches a client that has nothing to say, while a person decides or an upstream is dialled: one
// that hangs up, or sends bytes before it may, ends its connection.

import type { Duplex } from 'node:stream';
import { PosternError } from '../../errors.ts';
import { watchWaitingClient } from '../../wire/watch-waiting-client.ts';
import { ClientGone } from '../client/client-gone.ts';
import type { SessionEnding } from './session-ending.ts';

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
