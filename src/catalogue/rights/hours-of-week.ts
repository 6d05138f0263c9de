// Hours of the week in a time zone, such as weekdays from nine to six in Berlin. Pure.

import { z } from 'zod';

const MOST_WINDOWS = 21;
const END_OF_DAY = '24:00';

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'is not a time such as 09:00');

/** A window ends on the day on which it begins: a night is two windows. */
export const hoursSchema = z.strictObject({
  timeZone: z.string().max(64).refine(isTimeZone, { error: 'is not a time zone such as Europe/Berlin' }),
  windows: z
    .array(
      z
        .strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), from: time, to: time })
        .refine(({ from, to }) => from < to, { error: 'must end after it begins, on the same day' }),
    )
    .min(1)
    .max(MOST_WINDOWS),
});
export type HoursOfWeek = Readonly<z.output<typeof hoursSchema>>;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

export function isWithinHours({ timeZone, windows }: HoursOfWeek, at: Date): boolean {
  const { day, clock } = localTime(timeZone, at);
  return windows.some(({ days, from, to }) => days.includes(day) && from <= clock && clock < to);
}

/** `Mon–Fri 09:00–18:00 (Europe/Berlin)`. */
export function hoursInWords({ timeZone, windows }: HoursOfWeek): string {
  const parts = windows.map(({ days, from, to }) => `${daysInWords(days)} ${from}–${to}`);
  return `${parts.join(', ')} (${timeZone})`;
}

function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const [first = 1] = sorted;
  const isRun = sorted.length > 2 && sorted.every((day, at) => day === first + at);
  const name = (day: number | undefined) => DAYS[(day ?? 1) - 1] ?? '';
  return isRun ? `${name(first)}–${name(sorted.at(-1))}` : sorted.map(name).join(', ');
}

/** Monday is 1 (ISO 8601); the clock is `HH:MM`, which compares as text. */
function localTime(timeZone: string, at: Date): { readonly day: number; readonly clock: string } {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAYS.findIndex((name) => name === parts.get('weekday')) + 1;
  return { day, clock: `${parts.get('hour') ?? END_OF_DAY}:${parts.get('minute') ?? '00'}` };
}

/** Kept, since making one takes far longer than using it; a zone may be spelled in many ways. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 500;

/** Throws for what is no time zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...parts });
  if (FORMATS.size >= MOST_FORMATS) FORMATS.clear();
  FORMATS.set(timeZone, format);
  return format;
}

function isTimeZone(text: string): boolean {
  try {
    return formatOf(text).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
