// Dials a compute that may still be starting: retries for a few seconds where waiting can help.

import { listedPauses, retry } from '../../async/retry.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import { ConnectFailure, UpstreamRefusal } from '../../wire/dial/connect-failure.ts';

const CANNOT_CONNECT_NOW = '57P03';

/**
 * One attempt more than there are pauses. Throws the last one's error once waiting cannot help,
 * `upstream_unreachable` when the whole takes too long, or the signal's reason.
 */
export async function dialWithRetries<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { pausesMs, limitMs, compute }: { pausesMs: readonly number[]; limitMs: number; compute: string },
  signal: AbortSignal,
): Promise<T> {
  try {
    const pauses = listedPauses(pausesMs);
    return await withTimeLimit(limitMs, signal, (limited) =>
      retry(() => attempt(limited), { pauses, signal: limited, mayHelp: mayBeStarting }),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw new PosternError('upstream_unreachable', { params: { compute }, cause: error });
  }
}

/** True for a starting server; never for a refused login, unknown database or full server. */
function mayBeStarting(error: unknown): boolean {
  if (error instanceof UpstreamRefusal) return error.sqlstate === CANNOT_CONNECT_NOW;
  if (!isPosternError(error, 'upstream_unreachable') || !(error.cause instanceof ConnectFailure)) return false;
  const { reason } = error.cause;
  return reason === 'refused' || reason === 'timed_out' || reason === 'unknown_name';
}
