// How long access may be asked for, as forms offer it.

const MINUTES = [15, 60, 240, 480] as const;

export interface DurationChoice {
  readonly value: string;
  readonly label: string;
}

export function durationChoices(longestMs: number): DurationChoice[] {
  const longest = Math.floor(longestMs / 60_000);
  const fitting: number[] = MINUTES.filter((minutes) => minutes <= longest);
  const minutes = fitting.length === 0 ? [longest] : fitting;
  return minutes.map((each) => ({ value: String(each), label: minutesInWords(each) }));
}

/** `45 minutes`, `1 hour`, `8 hours` */
export function minutesInWords(minutes: number): string {
  if (minutes % 60 !== 0) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return minutes === 60 ? '1 hour' : `${minutes / 60} hours`;
}
