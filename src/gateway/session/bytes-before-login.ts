// What a client may send before it has logged in, counted as it comes from the network. Inside TLS
// 1.3 a peer may change its keys as often as it likes (RFC 8446, 4.6.3): 27 bytes each time, which
// no reader of the decrypted stream ever sees, and more work than a kilobyte of data. A few such
// clients kept a node busy until the others took it for lost.

import type { Socket } from 'node:net';
import type { RelaySweep } from '../../relay/relay-sweep.ts';

/**
 * Behind the PROXY header. A ClientHello with large keys, a startup packet, and what is said at any
 * door come to less than half of it.
 */
export const MOST_BYTES_BEFORE_LOGIN = 64 * 1_024;

/** Calls `onExceeded` once. Returns the function that stops counting. */
export function boundBytesBeforeLogin(
  socket: Pick<Socket, 'bytesRead'>,
  sweep: Pick<RelaySweep, 'add'>,
  onExceeded: () => void,
): () => void {
  const most = socket.bytesRead + MOST_BYTES_BEFORE_LOGIN;
  const stop = sweep.add({
    sweep() {
      if (socket.bytesRead <= most) return;
      stop();
      onExceeded();
    },
  });
  return stop;
}
