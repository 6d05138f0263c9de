// The units of the y axes: how a figure reads, the steps between the lines, the least height.

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;

export interface Unit {
  readonly say: (value: number) => string;
  /** Steps between the lines that give round labels. */
  readonly steps: readonly number[];
  /** The axis is at least as high, so that next to nothing looks like it. */
  readonly least: number;
}

const UNITS = {
  seconds: {
    say: seconds,
    steps: [1, 5, 10, 30, MINUTE, 300, 600, 1_800, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY],
    least: 1,
  },
  bytes: { say: bytes, steps: Array.from({ length: 50 }, (_, power) => 2 ** power), least: 1_024 },
  count: {
    say: (value: number) => value.toLocaleString('en-US'),
    steps: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000],
    least: 1,
  },
} as const satisfies Record<string, Unit>;

export function unitOf({ dataset }: HTMLElement): Unit {
  return UNITS[dataset.unit === 'bytes' || dataset.unit === 'count' ? dataset.unit : 'seconds'];
}

function seconds(value: number): string {
  if (value < 120) return `${Math.round(value)} s`;
  return value < 2 * HOUR ? `${Math.round(value / MINUTE)} min` : `${Math.round(value / HOUR)} h`;
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = value === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1_024 ** step;
  return `${amount >= 10 || step === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
