// Watches the socket of a client that must be silent while a person decides.

import type { Duplex } from 'node:stream';
import { serialize } from 'pg-protocol';

/** `closed`: FIN, RST, any failure; `terminate`: that message; `data`: too many other bytes. */
type WaitEnd = 'closed' | 'data' | 'terminate';

export interface WaitingClientWatch {
  /** Settles once, with what happened first; stays pending for ever after `stop`. Never rejects. */
  readonly ended: Promise<WaitEnd>;
  /** Puts back what was read. May be called more than once. */
  stop(): void;
}

const TERMINATE = serialize.end();

/**
 * Reads, since a socket that is not read reports no hang-up and, after a FIN, no 'close'. Keeps up
 * to `mostEarlyBytes` for the next reader; more of them end the wait.
 */
export function watchWaitingClient(socket: Duplex, mostEarlyBytes: number): WaitingClientWatch {
  let seen: Buffer = Buffer.alloc(0);
  let settle: (end: WaitEnd) => void = () => {};
  const ended = new Promise<WaitEnd>((resolve) => {
    settle = resolve;
  });
  const onReadable = (): void => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      seen = Buffer.concat([seen, chunk]);
      if (seen.equals(TERMINATE)) finish('terminate');
      else if (seen.length > mostEarlyBytes && !startsTerminate(seen)) finish('data');
    }
  };
  const onClosed = (): void => finish('closed');
  const removeListeners = (): void => {
    socket.off('readable', onReadable).off('end', onClosed).off('close', onClosed).off('error', onClosed);
  };
  const finish = (end: WaitEnd): void => {
    removeListeners();
    settle(end);
  };
  const stop = (): void => {
    removeListeners();
    if (seen.length > 0 && !socket.readableEnded && !socket.destroyed) socket.unshift(seen);
    seen = Buffer.alloc(0);
  };
  socket.on('readable', onReadable).on('end', onClosed).on('close', onClosed).on('error', onClosed);
  if (socket.readableEnded || socket.destroyed || socket.errored) finish('closed');
  else onReadable();
  return { ended, stop };
}

function startsTerminate(bytes: Buffer): boolean {
  return TERMINATE.subarray(0, bytes.length).equals(bytes);
}
