// Turns measurements into a table of ratios: one column per path, the direct connection being 1.

export interface Measurement {
  readonly workload: string;
  readonly unit: string;
  /** `more`: a ratio above 1 is better than direct; `less`: below 1 is. */
  readonly better: 'more' | 'less';
  /** One value per round, by path. */
  readonly rounds: ReadonlyMap<string, readonly number[]>;
}

/** A Markdown table: the baseline's median in its unit, the others as ratios of medians. */
export function markdownTable(measurements: readonly Measurement[], paths: readonly string[]): string {
  const [baseline = ''] = paths;
  const head = ['workload', `${baseline} (median)`, ...paths.slice(1), 'better'];
  const rows = measurements.map((measurement) => {
    const base = median(measurement.rounds.get(baseline) ?? []);
    const others = paths.slice(1).map((path) => median(measurement.rounds.get(path) ?? []));
    // The direct path has no process in between, so some workloads have no baseline and are shown
    // as measured.
    if (Number.isNaN(base)) {
      return [measurement.workload, '–', ...others.map((value) => valueText(value, measurement)), measurement.better];
    }
    const ratios = others.map((value) => ratioText(value, base));
    return [measurement.workload, valueText(base, measurement), ...ratios, measurement.better];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function valueText(value: number, { unit }: Measurement): string {
  return Number.isNaN(value) ? '–' : `${rounded(value)} ${unit}`;
}

function ratioText(value: number, base: number): string {
  return Number.isNaN(value) || Number.isNaN(base) || base === 0 ? '–' : (value / base).toFixed(2);
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
