// A time in words, relative to now, with the exact time as a tooltip.

import type { VNode } from 'preact';

interface WhenProps {
  readonly at: Date | null;
  readonly now: Date;
  /** Shown when there is no time. */
  readonly never?: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From this age on, a date is shown instead of a number of days. */
const DATE_FROM_DAYS = 30;

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

export function When({ at, now, never = 'never' }: WhenProps): VNode {
  if (at === null) return <span class="quiet-text">{never}</span>;
  return (
    <time datetime={at.toISOString()} title={`${EXACT.format(at)} UTC`}>
      {momentInWords(at, now)}
    </time>
  );
}

/** `just now`, `5 minutes ago`, `in 6 days`, `3 Mar 2026`. */
function momentInWords(at: Date, now: Date): string {
  const apartMs = Math.abs(at.getTime() - now.getTime());
  if (apartMs < MINUTE_MS) return at > now ? 'in a moment' : 'just now';
  if (apartMs >= DATE_FROM_DAYS * DAY_MS) return dateInWords(at);
  const words = spanInWords(apartMs);
  return at > now ? `in ${words}` : `${words} ago`;
}

/** `4 Mar 2026`, in UTC. */
function dateInWords(at: Date): string {
  return DATE.format(at);
}

/** Rounded, in the largest unit that fits: `3 days`, `2 hours`, `5 minutes`, `12 seconds`. */
function spanInWords(ms: number): string {
  if (ms >= DAY_MS) return count(Math.round(ms / DAY_MS), 'day');
  if (ms >= HOUR_MS) return count(Math.round(ms / HOUR_MS), 'hour');
  if (ms >= MINUTE_MS) return count(Math.round(ms / MINUTE_MS), 'minute');
  return count(Math.floor(ms / 1_000), 'second');
}

function count(amount: number, unit: string): string {
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}
