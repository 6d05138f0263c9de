// Whether somebody still waits for an answer.

import type { Response } from 'express';

/** Aborts when the answer has been sent, or its connection has ended before. */
export function leftSignal(response: Response): AbortSignal {
  const left = new AbortController();
  if (response.req.socket.destroyed) left.abort();
  response.once('close', () => left.abort());
  return left.signal;
}
