// Where frames begin and end: hours, calendar days and calendar months, in UTC.

import { assertNever } from '../../assert-never.ts';
import type { Granularity } from './consumption-figures.ts';

export type FrameSize = 'hour' | 'day' | 'month';

export const FRAME_SIZES: readonly FrameSize[] = ['hour', 'day', 'month'];

// Neon API 2.7.3: ConsumptionHistoryGranularity
export const FRAME_SIZE_OF: Readonly<Record<Granularity, FrameSize>> = {
  hourly: 'hour',
  daily: 'day',
  monthly: 'month',
};

export function frameStart(size: FrameSize, at: Date): Date {
  return frameAt(size, at, 0);
}

export function frameEnd(size: FrameSize, at: Date): Date {
  return frameAt(size, at, 1);
}

function frameAt(size: FrameSize, at: Date, later: number): Date {
  const [year, month, day, hour] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()];
  switch (size) {
    case 'hour':
      return new Date(Date.UTC(year, month, day, hour + later));
    case 'day':
      return new Date(Date.UTC(year, month, day + later));
    case 'month':
      return new Date(Date.UTC(year, month + later, 1));
    default:
      return assertNever(size);
  }
}
