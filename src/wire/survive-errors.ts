// Keeps a socket's 'error' event from ending the process. Reports nothing: code that waits on the
// socket learns of the failure from its own listener, from `errored` or from 'close'.

import type { Duplex } from 'node:stream';

/**
 * Gives the socket one 'error' listener for its whole life. The phases of a connection listen one
 * after the other, and an error between two of them has no other listener; Node ends the process
 * for that. A second call adds nothing.
 */
export function surviveErrors(socket: Duplex): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

function ignore(): void {}
