// An abort controller that follows an outer signal. Unlike AbortSignal.any and AbortSignal.timeout
// it leaves nothing behind on a signal that lives longer: node keeps a reference there for each
// combined signal (nodejs/node#54614).

export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** To be called in a `finally`, on every path. */
  unlink(): void;
}

/** Aborts with the outer signal's reason, or with its own, whichever comes first. */
export function linkedAbort(outer: AbortSignal): LinkedAbort {
  const inner = new AbortController();
  const passOn = (): void => inner.abort(outer.reason);
  if (outer.aborted) passOn();
  else outer.addEventListener('abort', passOn, { once: true });
  return {
    signal: inner.signal,
    abort: (reason) => inner.abort(reason),
    unlink: () => outer.removeEventListener('abort', passOn),
  };
}
