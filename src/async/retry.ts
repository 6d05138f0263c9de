// Retries after a failure, with pauses between the attempts.

import { setTimeout as delay } from 'node:timers/promises';

/** The pause in milliseconds after that many failures in a row, from 1 on; null to give up. */
export type Pauses = (failures: number) => number | null;

export interface RetryOptions {
  readonly pauses: Pauses;
  /** Ends the pause between two attempts; an attempt in progress must heed it itself. */
  readonly signal?: AbortSignal;
  /** False for an error that another attempt cannot help. */
  readonly mayHelp?: (error: unknown) => boolean;
  readonly onFailure?: (error: unknown, failures: number) => void;
}

/** The first success; else the last error, or the signal's reason when that aborts in a pause. */
export async function retry<T>(
  attempt: () => Promise<T>,
  { pauses, signal, mayHelp = () => true, onFailure }: RetryOptions,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = pauses(failures);
      if (pauseMs === null || signal?.aborted || !mayHelp(error)) throw error;
      onFailure?.(error, failures);
      await pause(pauseMs, signal);
      signal?.throwIfAborted();
    }
  }
}

/** Waits, or less when the signal aborts; never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

/** Doubling pauses that never give up; a random part is cut, so that nodes do not retry as one. */
export function backoff({ firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number }) {
  return (failures: number): number => {
    const fullMs = Math.min(firstMs * 2 ** (failures - 1), longestMs);
    return fullMs * (1 - Math.random() / 2);
  };
}

/** One attempt more than there are pauses. */
export function listedPauses(pausesMs: readonly number[]): Pauses {
  return (failures) => pausesMs[failures - 1] ?? null;
}
