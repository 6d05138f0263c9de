// Gives up connections to servers that no longer answer; any byte that arrives is an answer.

import type { Socket } from 'node:net';

const LOOK_INTERVAL_MS = 1_000;

/** Destroys the socket when something sent has no answer for `limitMs`. Call it once connected. */
export function hangUpUnanswered(socket: Socket, limitMs: number): void {
  let answeredBytes = socket.bytesWritten;
  let unansweredSinceMs: number | null = null;
  socket.on('data', () => {
    answeredBytes = socket.bytesWritten;
    unansweredSinceMs = null;
  });
  // A timer of our own, since the socket's timeout restarts with everything that is sent.
  const timer = setInterval(() => {
    if (socket.bytesWritten === answeredBytes) return;
    unansweredSinceMs ??= performance.now();
    if (performance.now() - unansweredSinceMs >= limitMs) {
      socket.destroy(new Error(`Connection terminated: no answer within ${limitMs} ms`));
    }
  }, LOOK_INTERVAL_MS).unref();
  socket.once('close', () => clearInterval(timer));
}
