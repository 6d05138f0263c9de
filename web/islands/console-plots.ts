// Draws the plots beside a table of figures over time, from the table itself, in the page's
// colours. The time axis is the stretch that was asked for, however few rows the table has.

import uPlot from 'uplot';
import { THEME_SWITCHED } from './console/theme-switch.ts';
import { pointedFigure } from './plots/pointed-figure.ts';
import { labelOf, momentInWords, rangeOf, readStretch, type Stretch, timesOf } from './plots/time-axis.ts';
import { unitOf } from './plots/units.ts';

const HEIGHT = 150;

const grid = document.querySelector<HTMLElement>('[data-plot-grid]');
const table = document.querySelector('[data-plots] table');
if (grid !== null && table !== null) drawAll(grid, table);

interface Figure {
  /** Null: not measured. */
  readonly value: number | null;
  readonly inWords: string;
}

interface Drawn {
  readonly stretch: Stretch;
  readonly times: readonly number[];
  readonly figures: readonly Figure[];
}

function drawAll(grid: HTMLElement, table: Element): void {
  const stretch = readStretch(grid);
  const times = timesOf(stretch);
  const rows = new Map([...table.querySelectorAll('tbody tr')].map((row) => [timeOf(row), row]));
  const places = [...grid.querySelectorAll<HTMLElement>('[data-plot]')];
  const draw = () => {
    for (const place of places) {
      place.replaceChildren();
      const figures = times.map((time) => figureOf(rows.get(time), place));
      const drawn = { stretch, times, figures };
      describe(place, drawn);
      if (figures.every(({ value }) => value === null)) place.textContent = 'Not measured';
      else new uPlot(options(place, drawn), [[...times], figures.map(({ value }) => value)], place);
    }
  };
  grid.dataset.drawn = '';
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  document.addEventListener(THEME_SWITCHED, draw);
  let width = grid.clientWidth;
  new ResizeObserver(() => {
    if (grid.clientWidth === width) return;
    width = grid.clientWidth;
    draw();
  }).observe(grid);
}

/** In seconds. */
function timeOf(row: Element): number {
  return Date.parse(row.querySelector('time')?.dateTime ?? '') / 1_000;
}

/**
 * A step without a row: nothing flowed (bars), and nobody looked how much there was (line). Within
 * a row, a cell without a figure says that it was not measured.
 */
function figureOf(row: Element | undefined, place: HTMLElement): Figure {
  if (row === undefined) {
    return isBars(place) ? { value: 0, inWords: unitOf(place).say(0) } : { value: null, inWords: 'not measured' };
  }
  const cell = row.querySelectorAll('td')[Number(place.dataset.plot)];
  const data = cell?.querySelector('data');
  const inWords = cell?.textContent ?? '';
  return { value: data === null || data === undefined ? null : Number(data.value), inWords };
}

/**
 * The drawing's description for screen readers: the time span and its highest figure, as the table
 * shows them.
 */
function describe(place: HTMLElement, { stretch, times, figures }: Drawn): void {
  const say = (index: number) => momentInWords(times[index] ?? 0, stretch.step);
  const highest = figures.reduce(
    (best, { value }, at) => ((value ?? -1) > (figures[best]?.value ?? -1) ? at : best),
    0,
  );
  const span = `${say(0)} to ${say(times.length - 1)}`;
  const peak = `${figures[highest]?.inWords} at ${say(highest)}`;
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${place.dataset.title}, ${span}. Highest: ${peak}. Every figure is in the table.`);
}

function options(place: HTMLElement, { stretch, times, figures }: Drawn): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-faint'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const { say, steps, least } = unitOf(place);
  const { step } = stretch;
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    plugins: [pointedFigure((index) => [momentInWords(times[index] ?? 0, step), figures[index]?.inWords ?? ''])],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), 'Etc/UTC'),
    scales: {
      x: { range: () => rangeOf(stretch) },
      y: { range: (_plot, _low, high) => [0, Math.max(least, high * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 56,
        values: (_plot, splits) => splits.map((at) => labelOf(at, step)),
      },
      { ...axis, size: 62, incrs: [...steps], values: (_plot, splits) => splits.map(say) },
    ],
    series: [{}, isBars(place) ? bars(colour('--accent')) : line(colour('--accent'), colour('--accent-wash'), figures)],
  };
}

function bars(fill: string): uPlot.Series {
  return { fill, width: 0, points: { show: false }, paths: uPlot.paths.bars?.({ size: [0.7, 26] }) };
}

/** A figure between two that were not measured is a dot. */
function line(stroke: string, fill: string, figures: readonly Figure[]): uPlot.Series {
  const isMeasured = (index: number) => (figures[index]?.value ?? null) !== null;
  const alone = [...figures.keys()].filter((at) => isMeasured(at) && !isMeasured(at - 1) && !isMeasured(at + 1));
  return { stroke, fill, width: 2, points: { show: true, size: 7, fill: stroke, filter: () => alone } };
}

function isBars({ dataset }: HTMLElement): boolean {
  return dataset.shape === 'bars';
}
