// Takes the bytes of one packet from a socket and puts the rest back for the next reader.

import type { Duplex } from 'node:stream';
import { PeerGone } from './peer-gone.ts';
import { type Patience, waitOnStream } from './wait-on-stream.ts';

/** What was made of the bytes so far, and how many of them it used; null while more are needed. */
export type Taken<T> = { readonly value: T; readonly usedBytes: number } | null;

/**
 * Collects until `judge` is satisfied, then puts the surplus back, in the same turn: a turn later
 * Node may have emitted the 'end' behind it. `judge` must throw before a length costs memory. Null
 * when the peer closed first. Throws what `judge` throws, the signal's reason, TimeLimitExceeded,
 * or PeerGone when the socket failed.
 */
export async function takeBytes<T>(
  socket: Duplex,
  judge: (bytes: Buffer) => Taken<T>,
  patience: Patience,
): Promise<T | null> {
  const collected = new CollectedBytes();
  const take = (): Taken<T> => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      const bytes = collected.add(chunk);
      const taken = judge(bytes);
      if (taken === null) continue;
      if (taken.usedBytes < bytes.length) socket.unshift(bytes.subarray(taken.usedBytes));
      return taken;
    }
    return null;
  };
  return await readUntil(socket, take, patience);
}

/** As soon as some can; null once the peer closed. Throws as `takeBytes` does. */
export async function takeAvailableBytes(socket: Duplex, signal: AbortSignal): Promise<Buffer | null> {
  return await takeBytes(socket, (bytes) => ({ value: bytes, usedBytes: bytes.length }), { signal });
}

/**
 * Calls `take` whenever there may be something to read, until it returns a value. It must read
 * without a size: `read(8)` returns null when less is there, and a 'readable' listener that is
 * added again then fires at once, so that one pending byte causes an endless loop. And it must read
 * until there is no more: since Node 26 a read returns one chunk, and no 'readable' tells of those
 * that are left.
 */
async function readUntil<T>(socket: Duplex, take: () => Taken<T>, patience: Patience): Promise<T | null> {
  patience.signal.throwIfAborted();
  const atOnce = take();
  if (atOnce !== null) return atOnce.value;
  if (socket.errored) throw new PeerGone(socket.errored);
  if (socket.readableEnded || socket.destroyed) return null;
  return await waitOnStream<T | null>(socket, patience, ({ resolve, reject }) => ({
    readable: () => {
      try {
        const taken = take();
        if (taken !== null) resolve(taken.value);
      } catch (error) {
        reject(error);
      }
    },
    end: () => resolve(null),
    close: () => resolve(null),
    error: (error) => reject(new PeerGone(error)),
  }));
}

const FIRST_CAPACITY_BYTES = 256;

/** Grows by doubling, so that bytes that trickle in one by one are not copied again and again. */
class CollectedBytes {
  #bytes: Buffer = Buffer.alloc(0);
  #count = 0;

  /** All bytes so far. */
  add(chunk: Buffer): Buffer {
    const needed = this.#count + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length, FIRST_CAPACITY_BYTES));
      this.#bytes.copy(larger, 0, 0, this.#count);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#count);
    this.#count = needed;
    return this.#bytes.subarray(0, needed);
  }
}
