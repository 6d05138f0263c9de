// One limit around one wait. Knows nothing of what is waited for.

import { linkedAbort } from './linked-abort.ts';

/** The wait took longer than its limit. */
export class TimeLimitExceeded extends Error {
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = 'TimeLimitExceeded';
    this.limitMs = limitMs;
  }
}

/**
 * `work` must end when its signal aborts: with TimeLimitExceeded, or with the outer signal's
 * reason.
 */
export async function withTimeLimit<T>(
  limitMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const inner = linkedAbort(outer);
  const timer = setTimeout(() => inner.abort(new TimeLimitExceeded(limitMs)), limitMs);
  try {
    return await work(inner.signal);
  } finally {
    clearTimeout(timer);
    inner.unlink();
  }
}
