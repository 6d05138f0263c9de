// The query of the consumption routes and its range, within Neon's documented bounds.

import { z } from 'zod';
import { PosternError } from '../../../errors.ts';
import type { ConsumptionRange, Granularity } from '../../../metering/frames/consumption-figures.ts';
import { FRAME_SIZE_OF, frameStart } from '../../../metering/frames/frame-bounds.ts';
import type { ApiParts } from '../call/api-call.ts';
import { momentField } from '../call/field-shapes.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Neon API 2.7.3: earliest time. */
const FIRST_MOMENT = new Date('2024-03-01T00:00:00Z');
/** Neon API 2.7.3: how far back each granularity reaches, where the operator enforces it. */
const WINDOWS_MS: Readonly<Record<Granularity, number>> = {
  hourly: 168 * HOUR_MS,
  daily: 60 * DAY_MS,
  monthly: 366 * DAY_MS,
};
/** Most frames in one answer: a hundred projects for a hundred days by the hour. */
const MAX_FRAMES = 240_000;
const FRAME_MS: Readonly<Record<Granularity, number>> = { hourly: HOUR_MS, daily: DAY_MS, monthly: 28 * DAY_MS };

const dateField = momentField.transform((text) => new Date(text)).pipe(z.date());

export const rangeShape = z.object({
  from: dateField,
  to: dateField,
  granularity: z.enum(['hourly', 'daily', 'monthly']),
});

interface AskedRange extends z.output<typeof rangeShape> {
  /** Projects on the page; absent: one series. */
  readonly limit?: number;
}

/** Throws `out_of_range` for times outside the bounds and for too many frames. */
export function requireRange(
  { config, clock }: Pick<ApiParts, 'config' | 'clock'>,
  asked: AskedRange,
): ConsumptionRange {
  const { granularity, limit: seriesCount = 1 } = asked;
  const [from, to] = [asked.from, asked.to].map((moment) => frameStart(FRAME_SIZE_OF[granularity], moment));
  if (from === undefined || to === undefined || from > to) throw new PosternError('range_reversed');
  if (from < FIRST_MOMENT) {
    throw new PosternError('range_before_records', { params: { moment: FIRST_MOMENT.toISOString() } });
  }
  if (config.consumptionWindows && clock.now().getTime() - from.getTime() > WINDOWS_MS[granularity]) {
    const days = String(WINDOWS_MS[granularity] / DAY_MS);
    throw new PosternError('range_too_old', { params: { granularity, days } });
  }
  const mostFrames = Math.floor(MAX_FRAMES / seriesCount);
  if ((to.getTime() - from.getTime()) / FRAME_MS[granularity] > mostFrames) {
    throw new PosternError('too_many_frames', { params: { limit: String(mostFrames) } });
  }
  return { granularity, from, to };
}
