// Closes a socket so that the last message arrives. Knows nothing of the message.

import type { Duplex } from 'node:stream';

/** How long the peer may take to read its last message and close its side. */
const LINGER_MS = 1_000;
/** And how much of what it still sends is read; PostgreSQL stops at about three times as much. */
const LINGER_BYTES = 1_048_576;

/**
 * What the peer still sends is read and dropped: closing with unread bytes would send a reset, and
 * the message would be lost with it. Never rejects.
 */
export async function hangUp(socket: Duplex, lastBytes: Buffer | null): Promise<void> {
  if (socket.destroyed) return;
  if (!socket.writableEnded && lastBytes !== null) socket.write(lastBytes);
  socket.end();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (socket.readableEnded) {
      // The peer closed its side before: only our own bytes are left to go.
      socket.once('finish', done);
      if (socket.writableFinished) done();
    }
    let readBytes = 0;
    const drop = (chunk: Buffer): void => {
      readBytes += chunk.length;
      if (readBytes > LINGER_BYTES) done();
    };
    socket.once('end', done).once('close', done).on('data', drop).resume();
  });
  socket.destroy();
}
