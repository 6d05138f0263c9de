// Adds listeners to a stream so that one call takes them all off again.

import type { Duplex } from 'node:stream';

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
  const entries = Object.entries(listeners);
  for (const [event, listener] of entries) stream.on(event, listener);
  return () => {
    for (const [event, listener] of entries) stream.off(event, listener);
  };
}
