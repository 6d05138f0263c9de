// Times and rates of a live connection in the words of a narrow column.

import { bytesInWords } from '../quantities.ts';

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** `12s`, `3m 20s`, `2h 05m`, `3d 4h`. */
export function ageInWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  if (seconds < MINUTE_S) return `${seconds}s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)}m ${padded(seconds % MINUTE_S)}s`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)}h ${padded(Math.floor((seconds % HOUR_S) / MINUTE_S))}m`;
  return `${Math.floor(seconds / DAY_S)}d ${Math.floor((seconds % DAY_S) / HOUR_S)}h`;
}

/** As `ageInWords`, without what nobody acts on: `12s`, `14m`, `2h`, `3d`. */
export function roughAge(ms: number): string {
  return ageInWords(ms).split(' ')[0] ?? '';
}

/** `1.2 MiB/s`; null where nothing was measured. */
export function rateInWords(bytesPerSecond: number | null): string | null {
  if (bytesPerSecond === null) return null;
  return bytesPerSecond === 0 ? '–' : `${bytesInWords(bytesPerSecond)}/s`;
}

/** `240 connections`, `12 of 240 connections`. */
export function shownOfAll(picked: number, all: number): string {
  const [shown, total] = [picked, all].map((count) => count.toLocaleString('en-US'));
  const what = `${total} ${all === 1 ? 'connection' : 'connections'}`;
  return picked === all ? what : `${shown} of ${what}`;
}

/** A zero is nothing to look at. */
export function countInTable(count: number): string {
  return count === 0 ? '–' : count.toLocaleString('en-US');
}

export function sizeInTable(bytes: number): string {
  return bytes === 0 ? '–' : bytesInWords(bytes);
}

function padded(amount: number): string {
  return String(amount).padStart(2, '0');
}
