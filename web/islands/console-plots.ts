// Draws the plots beside a table of consumption, from the table itself, in the colours of the page.

import uPlot from 'uplot';

const HEIGHT = 150;

const grid = document.querySelector<HTMLElement>('[data-plot-grid]');
const table = document.querySelector('[data-plots] table');
if (grid !== null && table !== null) drawAll(grid, table);

function drawAll(grid: HTMLElement, table: Element): void {
  grid.hidden = false;
  const rows = [...table.querySelectorAll('tbody tr')];
  const times = rows.map((row) => Date.parse(row.querySelector('time')?.dateTime ?? '') / 1_000);
  const places = [...grid.querySelectorAll<HTMLElement>('[data-plot]')];
  const draw = () => {
    for (const place of places) {
      place.replaceChildren();
      const values = rows.map((row) => valueIn(row, Number(place.dataset.plot)));
      new uPlot(options(place), [times, values], place);
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

/** Null where the cell says that nothing was measured. */
function valueIn(row: Element, column: number): number | null {
  const cell = row.querySelectorAll('td')[column]?.querySelector('data');
  return cell === null || cell === undefined ? null : Number(cell.value);
}

function options(place: HTMLElement): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-faint'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const isBars = place.dataset.shape === 'bars';
  const say = place.dataset.unit === 'bytes' ? bytes : seconds;
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), 'Etc/UTC'),
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false } },
      { ...axis, size: 62, values: (_plot, splits) => splits.map(say) },
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

function seconds(value: number): string {
  if (value < 120) return `${Math.round(value)} s`;
  return value < 7_200 ? `${Math.round(value / 60)} min` : `${Math.round(value / 3_600)} h`;
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = value === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1_024 ** step;
  return `${amount >= 10 || step === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`;
}
