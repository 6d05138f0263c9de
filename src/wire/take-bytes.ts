// Takes from a socket the bytes that one packet needs and puts the rest back, so that whoever reads next misses none.
// Keeps nothing between two calls and knows no packet.

import type { Duplex } from 'node:stream';
import { waitOnStream } from './wait-on-stream.ts';

/** What was made of the bytes so far, and how many of them it used; null while more are needed. */
export type Taken<T> = { readonly value: T; readonly usedBytes: number } | null;

const FIRST_CAPACITY_BYTES = 256;

/**
 * Collects bytes until `judge` is satisfied with all that came so far, then puts the surplus back into the socket.
 * `judge` must throw before a peer's promise of a length costs memory. Returns null when the peer closed first.
 * Throws what `judge` throws, the signal's reason, or the socket's error; the bytes are gone then.
 */
export async function takeBytes<T>(
  socket: Duplex,
  judge: (bytes: Buffer) => Taken<T>,
  signal: AbortSignal,
): Promise<T | null> {
  let collected: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
  let count = 0;
  for (;;) {
    const chunk = await nextBytes(socket, signal);
    if (chunk === null) return null;
    collected = withRoomFor(collected, { count, moreBytes: chunk.length });
    chunk.copy(collected, count);
    count += chunk.length;
    const taken = judge(collected.subarray(0, count));
    if (taken === null) continue;
    if (taken.usedBytes < count) socket.unshift(collected.subarray(taken.usedBytes, count));
    return taken.value;
  }
}

/**
 * Everything that can be read now, or as soon as something can; null once the peer closed.
 * Throws the signal's reason or the socket's error. Leaves no listener behind.
 *
 * `read()` goes without a size: asking for more than is there, `read(8)` returns null, and a 'readable' listener added
 * again fires at once, so that one pending byte spins for ever.
 */
export async function nextBytes(socket: Duplex, signal: AbortSignal): Promise<Buffer | null> {
  signal.throwIfAborted();
  const ready: Buffer | null = socket.read();
  if (ready !== null) return ready;
  if (socket.errored) throw socket.errored;
  if (socket.readableEnded || socket.destroyed) return null;
  return await waitForBytes(socket, signal);
}

function waitForBytes(socket: Duplex, signal: AbortSignal): Promise<Buffer | null> {
  return waitOnStream(socket, signal, ({ resolve, reject }) => ({
    readable: () => {
      const chunk: Buffer | null = socket.read();
      if (chunk !== null) resolve(chunk);
    },
    end: () => resolve(null),
    close: () => resolve(null),
    error: reject,
  }));
}

function withRoomFor(bytes: Buffer, need: { readonly count: number; readonly moreBytes: number }): Buffer {
  const needed = need.count + need.moreBytes;
  if (needed <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length));
  bytes.copy(larger, 0, 0, need.count);
  return larger;
}
