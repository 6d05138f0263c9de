// What follows a client's FIN: the upstream's replies may go on as long as they keep coming.

import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

export interface LastReplies {
  readonly client: Duplex;
  readonly upstream: Duplex;
  /** Grows with every byte that passes in either direction. */
  readonly movedBytes: () => number;
}

/** How long an upstream may be silent. PostgreSQL, too, takes a half-close for the end. */
const CLIENT_GONE_GRACE_MS = 1_000;

/** Calls `onSilence` after a second without a byte; waiting for a slow reader is not silence. */
export function awaitLastReplies({ client, upstream, movedBytes }: LastReplies, onSilence: () => void): () => void {
  // NOTE: closing one direction of TLS makes Node drop what came from the other and was not read
  // yet. An encrypted upstream ends by the client's Terminate, or by its owner after the silence.
  if (!(upstream instanceof TLSSocket)) upstream.end();
  let before = movedBytes();
  const timer = setInterval(() => {
    const isSilent = movedBytes() === before && client.writableLength === 0;
    before = movedBytes();
    if (isSilent) onSilence();
  }, CLIENT_GONE_GRACE_MS);
  return () => clearInterval(timer);
}
