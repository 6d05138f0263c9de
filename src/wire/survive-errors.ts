// Keeps a socket's 'error' event from ending the process. Reports nothing: code that waits on the
// socket learns of the failure from its own listener, from `errored` or from 'close'.

import type { Duplex } from 'node:stream';

/**
 * One 'error' listener for its whole life: between two phases there is no other, and Node would end
 * the process. A second call adds nothing.
 */
export function surviveErrors(socket: Duplex): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

function ignore(): void {}
