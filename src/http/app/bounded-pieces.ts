// Ends a request whose body comes in very many small pieces. A body of a few hundred kilobytes can
// be sent as chunks of one byte each: every one is a call and an object for whoever reads it, the
// event loop has time for nothing else meanwhile, and a limit on bytes notices nothing.

import type { IncomingMessage } from 'node:http';

/** In any body, and in addition one for each so many bytes. */
const FREE_PIECES = 1_024;
const LEAST_BYTES = 64;

/** NOTE: before anybody listens: a listener of its own would make the body flow. */
export function boundPieces(request: IncomingMessage): void {
  const push = request.push.bind(request);
  let pieces = 0;
  let bytes = 0;
  request.push = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
    pieces += 1;
    bytes += chunk?.length ?? 0;
    if (pieces <= FREE_PIECES + bytes / LEAST_BYTES) return push(chunk, encoding);
    request.socket.destroy();
    return false;
  };
}
