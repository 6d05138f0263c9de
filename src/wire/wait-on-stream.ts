// One wait on a stream's events: the first that settles it takes all listeners off again.

import type { Duplex } from 'node:stream';
import { listen, type StreamListeners } from './listen.ts';

interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** Listeners go at once: a second 'readable' in the same turn would take bytes that are lost. */
export function waitOnStream<T>(
  stream: Duplex,
  signal: AbortSignal,
  listenersFor: (settle: Settle<T>) => StreamListeners,
): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const finish = (outcome: () => void): void => {
      stopListening();
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    const onAbort = (): void => finish(() => reject(signal.reason));
    const stopListening = listen(
      stream,
      listenersFor({
        resolve: (value) => finish(() => resolve(value)),
        reject: (reason) => finish(() => reject(reason)),
      }),
    );
    signal.addEventListener('abort', onAbort);
  });
}

/** One 'error' listener for life: between two phases, Node would end the process without one. */
export function surviveErrors(socket: Duplex): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

function ignore(): void {}
