// Listeners on a stream that one call takes off again, and one wait on a stream's events.

import type { Duplex } from 'node:stream';
import { TimeLimitExceeded } from '../async/time-limit.ts';

export interface StreamListeners {
  readonly data?: (chunk: Buffer) => void;
  readonly readable?: () => void;
  readonly end?: () => void;
  readonly close?: () => void;
  readonly error?: (error: Error) => void;
  readonly drain?: () => void;
  readonly finish?: () => void;
  readonly connect?: () => void;
  readonly secure?: () => void;
  readonly secureConnect?: () => void;
}

/** Returns the function that removes them; it may be called again. */
export function listen(stream: Duplex, listeners: StreamListeners): () => void {
  for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener);
  };
}

/** How long a wait may last. A limit is a timer; a signal of its own would cost many times more. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Rejects with TimeLimitExceeded after it. */
  readonly limitMs?: number;
}

interface Settle<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** Listeners go at once: a second 'readable' in the same turn would take bytes that are lost. */
export function waitOnStream<T>(
  stream: Duplex,
  { signal, limitMs }: Patience,
  listenersFor: (settle: Settle<T>) => StreamListeners,
): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const finish = (outcome: () => void): void => {
      clearTimeout(timer);
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
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => finish(() => reject(new TimeLimitExceeded(limitMs))), limitMs);
  });
}

/** One 'error' listener for life: between two phases, Node would end the process without one. */
export function surviveErrors(socket: Duplex): void {
  if (socket.listenerCount('error', ignore) === 0) socket.on('error', ignore);
}

function ignore(): void {}
