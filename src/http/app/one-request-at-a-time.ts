// One request at a time on each connection. Browsers and proxies wait for the answer before they
// ask again; Node would begin every request of a packet at once and tell none of those in the
// queue that the client has gone.

import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { boundPieces } from './bounded-pieces.ts';

export class RequestsUnderWay {
  readonly #answering = new WeakMap<Socket, IncomingMessage>();

  has(socket: Socket): boolean {
    return this.#answering.has(socket);
  }

  /** Whether there is one whose body is here, too, so that nothing but our answer is missing. */
  hasWhole(socket: Socket): boolean {
    return this.#answering.get(socket)?.complete === true;
  }

  /** A request before the answer to the last one ends its connection, and both. */
  oneAtATime(answer: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      // What else the packet held, which Node reads to its end.
      if (socket.destroyed) return;
      if (this.#answering.has(socket)) return void socket.destroy();
      this.#answering.set(socket, request);
      boundPieces(request);
      response.once('close', () => this.#answering.delete(socket));
      answer(request, response);
    };
  }
}
