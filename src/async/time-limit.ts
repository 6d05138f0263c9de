// Limits around one wait, and abort controllers that follow a signal. Unlike AbortSignal.any and
// AbortSignal.timeout they leave nothing on a signal that lives longer (nodejs/node#54614).

export class TimeLimitExceeded extends Error {
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = 'TimeLimitExceeded';
    this.limitMs = limitMs;
  }
}

/** `work` must end when its signal aborts: with TimeLimitExceeded, or the outer signal's reason. */
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

/** As the work, or rejects after the limit; the work goes on and its late failure is ignored. */
export async function answerInTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
