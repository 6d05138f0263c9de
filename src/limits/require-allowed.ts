// The refusal of a limit, with the true time until it opens.

import { PosternError } from '../errors.ts';
import type { LimitVerdict } from './rate-limiter.ts';

/** Throws `rate_limited`. */
export function requireAllowed(verdict: LimitVerdict): void {
  if (verdict !== 'allowed') throw new PosternError('rate_limited', { params: { seconds: wholeSeconds(verdict) } });
}

/** At least one, since a client that is told 0 comes back at once. */
export function wholeSeconds({ retryAfterMs }: { readonly retryAfterMs: number }): string {
  return String(Math.max(Math.ceil(retryAfterMs / 1_000), 1));
}
