// Remembers for seconds what Postern's own names resolve to, since every dial compares with them.
// Names of computes are never remembered: each dial asks for them anew.

import type { DialPolicy } from './dial-policy.ts';

const KEPT_MS = 5_000;

interface CachedLookupOptions {
  readonly lookup: DialPolicy['lookup'];
  /** The names that are remembered; all others are passed on to `lookup`. */
  readonly hosts: ReadonlySet<string>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** One lookup serves all callers of its time; a failed one is not remembered. */
export function cachedLookup({
  lookup,
  hosts,
  now = () => performance.now(),
}: CachedLookupOptions): DialPolicy['lookup'] {
  const known = new Map<string, { readonly askedAtMs: number; readonly answer: Promise<readonly string[]> }>();
  return (host) => {
    if (!hosts.has(host)) return lookup(host);
    const entry = known.get(host);
    if (entry !== undefined && now() - entry.askedAtMs < KEPT_MS) return entry.answer;
    const asked = { askedAtMs: now(), answer: lookup(host) };
    known.set(host, asked);
    asked.answer.catch(() => {
      if (known.get(host) === asked) known.delete(host);
    });
    return asked.answer;
  };
}
