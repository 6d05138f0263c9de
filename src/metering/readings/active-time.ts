// When a compute was active, from the last moves that its row tells. Pure.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';

export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
}

/** How long the compute was active within the span, in ms; of several starts and suspends within it the last count. */
export function activeWithin(
  { state, startedAt, suspendedAt }: Pick<Compute, 'state' | 'startedAt' | 'suspendedAt'>,
  { from, to }: TimeSpan,
): number {
  const [begin, end] = [from.getTime(), to.getTime()];
  const started = startedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const suspended = suspendedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (state === 'active') {
    const before = suspended < started ? overlap(begin, suspended, begin, end) : 0;
    return before + overlap(started, end, begin, end);
  }
  return overlap(started < suspended ? started : begin, suspended, begin, end);
}

function overlap(from: number, to: number, begin: number, end: number): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, begin));
}
