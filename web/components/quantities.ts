// Formats measured quantities.

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `0 B`, `312 KiB`, `1.4 GiB`. */
export function bytesInWords(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1_024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** `0 s`, `0.02 s`, `45 s`, `12 min`, `3.5 h`. */
export function secondsInWords(seconds: number): string {
  if (seconds > 0 && seconds < 1) return seconds < 0.01 ? 'under 0.01 s' : `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

/** `1 project`, `12 projects`. */
export function countInWords(amount: number, noun: string): string {
  return amount === 1 ? `1 ${noun}` : `${amount.toLocaleString('en-US')} ${noun}s`;
}
