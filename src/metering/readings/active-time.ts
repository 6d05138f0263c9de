// When a compute was active, derived from the latest start and suspend in its row. Pure.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';

export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
}

/** Active milliseconds within the span; only the last start and suspension in it are known. */
export function activeWithin(
  { state, startedAt, suspendedAt }: Pick<Compute, 'state' | 'startedAt' | 'suspendedAt'>,
  { from, to }: TimeSpan,
): number {
  const span = [from.getTime(), to.getTime()] as const;
  const [begin, end] = span;
  const started = startedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const suspended = suspendedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (state === 'active') {
    const before = suspended < started ? overlap([begin, suspended], span) : 0;
    return before + overlap([started, end], span);
  }
  return overlap([started < suspended ? started : begin, suspended], span);
}

type Interval = readonly [from: number, to: number];

function overlap([from, to]: Interval, [begin, end]: Interval): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin));
}
