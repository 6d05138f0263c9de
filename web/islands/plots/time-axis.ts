// The stretch of time that a plot shows, and its times in words. Knows no figures.

export type Step = 'hour' | 'day' | 'month';

export interface Stretch {
  /** Of the first and of the last step, in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly step: Step;
}

/** Rough, for margins and bars; months differ. */
const STEP_SECONDS: Readonly<Record<Step, number>> = { hour: 3_600, day: 86_400, month: 30 * 86_400 };

export function readStretch({ dataset }: HTMLElement): Stretch {
  const { from = '', to = '', step } = dataset;
  return { from: Date.parse(from), to: Date.parse(to), step: step === 'hour' || step === 'month' ? step : 'day' };
}

/** The start of each step, in seconds as uPlot wants them. */
export function timesOf({ from, to, step }: Stretch): number[] {
  const times: number[] = [];
  for (let at = new Date(from); at.getTime() <= to; at = next(at, step)) times.push(at.getTime() / 1_000);
  return times;
}

function next(at: Date, step: Step): Date {
  if (step === 'month') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
  return new Date(at.getTime() + STEP_SECONDS[step] * 1_000);
}

/** Half a step beside the first and the last, so that whole bars are seen. */
export function rangeOf(stretch: Stretch): [number, number] {
  const margin = STEP_SECONDS[stretch.step] / 2;
  return [stretch.from / 1_000 - margin, stretch.to / 1_000 + margin];
}

const DAY = { day: 'numeric', month: 'short' } as const;
const HOUR = { hour: '2-digit', minute: '2-digit' } as const;

const LABELS: Readonly<Record<Step, Intl.DateTimeFormat>> = {
  hour: utc(HOUR),
  day: utc(DAY),
  month: utc({ month: 'short', year: '2-digit' }),
};
const WHOLE: Readonly<Record<Step, Intl.DateTimeFormat>> = {
  hour: utc({ ...DAY, ...HOUR }),
  day: utc({ ...DAY, year: 'numeric' }),
  month: utc({ month: 'long', year: 'numeric' }),
};

/** For the axis: an hour that begins a day says which. */
export function labelOf(seconds: number, step: Step): string {
  const at = new Date(seconds * 1_000);
  const beginsDay = step === 'hour' && at.getUTCHours() === 0 && at.getUTCMinutes() === 0;
  return LABELS[beginsDay ? 'day' : step].format(at);
}

export function momentInWords(seconds: number, step: Step): string {
  return WHOLE[step].format(new Date(seconds * 1_000));
}

function utc(parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' });
}
