// Durations as people write them: `90s`, `2m`, `8h`, `30d`.

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `2m`, `500ms`, `8h`, `30d`; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,8})(ms|s|m|h|d)$/.exec(text.trim());
  const [, amount, unit] = match ?? [];
  if (amount === undefined || unit === undefined) return null;
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** In words, in the largest unit that divides it: `2 minutes`, `90 seconds`, `8 hours`. */
export function formatDuration(ms: number): string {
  const units: ReadonlyArray<[string, number]> = [
    ['day', UNIT_MS.d],
    ['hour', UNIT_MS.h],
    ['minute', UNIT_MS.m],
  ];
  for (const [name, size] of units) {
    if (ms >= size && ms % size === 0) return inWords(ms / size, name);
  }
  return inWords(Math.round(ms / UNIT_MS.s), 'second');
}

function inWords(amount: number, unit: string): string {
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}
