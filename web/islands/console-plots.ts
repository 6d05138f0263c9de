// Draws the plots beside a table of figures over time, from the table itself, in the page's
// colours.

import uPlot from 'uplot';

const HEIGHT = 150;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Steps between the lines of the y axis that give round labels. */
const SECOND_STEPS = [1, 5, 10, 30, 60, 300, 600, 1_800, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY];
const COUNT_STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000,
];
const BYTE_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);

const UNITS = {
  seconds: { say: seconds, steps: SECOND_STEPS },
  bytes: { say: bytes, steps: BYTE_STEPS },
  count: { say: (value: number) => value.toLocaleString('en-US'), steps: COUNT_STEPS },
} as const;

const grid = document.querySelector<HTMLElement>('[data-plot-grid]');
const table = document.querySelector('[data-plots] table');
if (grid !== null && table !== null) drawAll(grid, table);

function drawAll(grid: HTMLElement, table: Element): void {
  grid.hidden = false;
  // The table starts with the newest row.
  const rows = [...table.querySelectorAll('tbody tr')].reverse();
  const times = rows.map((row) => Date.parse(row.querySelector('time')?.dateTime ?? '') / 1_000);
  const places = [...grid.querySelectorAll<HTMLElement>('[data-plot]')];
  const draw = () => {
    for (const place of places) {
      place.replaceChildren();
      const values = rows.map((row) => valueIn(row, Number(place.dataset.plot)));
      describe(place, rows, values);
      if (values.every((value) => value === null)) place.textContent = 'Not measured';
      else new uPlot(options(place, times), [times, values], place);
    }
  };
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  let width = grid.clientWidth;
  new ResizeObserver(() => {
    if (grid.clientWidth === width) return;
    width = grid.clientWidth;
    draw();
  }).observe(grid);
}

/**
 * The drawing's description for screen readers: the time span and its highest figure, as the table
 * shows them.
 */
function describe(place: HTMLElement, rows: readonly Element[], values: ReadonlyArray<number | null>): void {
  const labels = rows.map((row) => row.querySelector('time')?.textContent ?? '');
  const highest = values.reduce<number>((best, value, at) => ((value ?? -1) > (values[best] ?? -1) ? at : best), 0);
  const peak = rows[highest]?.querySelectorAll('td')[Number(place.dataset.plot)]?.textContent;
  const span = `${labels[0]} to ${labels.at(-1)}`;
  place.setAttribute('role', 'img');
  place.setAttribute(
    'aria-label',
    `${place.dataset.title}, ${span}. Highest: ${peak} at ${labels[highest]}. Every figure is in the table.`,
  );
}

/** Null where the cell says that nothing was measured. */
function valueIn(row: Element, column: number): number | null {
  const cell = row.querySelectorAll('td')[column]?.querySelector('data');
  return cell === null || cell === undefined ? null : Number(cell.value);
}

function options(place: HTMLElement, times: readonly number[]): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-faint'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const isBars = place.dataset.shape === 'bars';
  const { say, steps } = UNITS[unitOf(place)];
  const margin = stepOf(times) / 2;
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), 'Etc/UTC'),
    scales: {
      x: { range: (_plot, low, high) => [low - margin, high + margin] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 30, space: 56, values: (_plot, splits) => splits.map(format(times)) },
      { ...axis, size: 62, incrs: [...steps], values: (_plot, splits) => splits.map(say) },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: colour(isBars ? '--accent' : '--accent-wash'),
        width: isBars ? 0 : 2,
        points: { show: false },
        ...(isBars ? { paths: uPlot.paths.bars?.({ size: [0.7, 26] }) } : {}),
      },
    ],
  };
}

/** The time between two consecutive rows of the table; a day for a single row. */
function stepOf(times: readonly number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return steps.length === 0 ? DAY : Math.min(...steps);
}

/** Hours, days or months, by the time between the rows of the table. */
function format(times: readonly number[]): (at: number) => string {
  const step = stepOf(times);
  const parts: Intl.DateTimeFormatOptions =
    step < DAY
      ? { hour: '2-digit', minute: '2-digit' }
      : step < 20 * DAY
        ? { day: 'numeric', month: 'short' }
        : { month: 'short', year: '2-digit' };
  const words = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' });
  return (at) => words.format(new Date(at * 1_000));
}

function unitOf({ dataset }: HTMLElement): keyof typeof UNITS {
  return dataset.unit === 'bytes' || dataset.unit === 'count' ? dataset.unit : 'seconds';
}

function seconds(value: number): string {
  if (value < 120) return `${Math.round(value)} s`;
  return value < 2 * HOUR ? `${Math.round(value / 60)} min` : `${Math.round(value / HOUR)} h`;
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = value === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1_024 ** step;
  return `${amount >= 10 || step === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
