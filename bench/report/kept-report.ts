// The last report for each version of Node, in the repository: a run says what has changed since.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Measurement, median } from './report.ts';

/** Medians by workload, then by path. */
type Medians = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface KeptReport {
  readonly title: string;
  readonly medians: Medians;
}

/** Smaller changes are noise on a shared machine. */
const NOISE = 0.05;
/** What Postern is compared with, so that another machine changes little. */
const BASES = ['node pipe', 'pgbouncer', 'node login'] as const;

const [major] = process.versions.node.split('.');
const file = fileURLToPath(new URL(`../kept/node-${major}.json`, import.meta.url));

export async function keepReport(measurements: readonly Measurement[], title: string): Promise<void> {
  const kept = await readKept();
  const report: KeptReport = { title, medians: { ...kept?.medians, ...mediansOf(measurements) } };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** One line for each ratio of Postern's that has changed by more than noise. */
export async function compareWithKept(measurements: readonly Measurement[]): Promise<string> {
  const kept = await readKept();
  if (kept === null) return `No report is kept for Node ${major}; --keep keeps this one.`;
  const now = mediansOf(measurements);
  const lines = Object.keys(now).flatMap((workload) =>
    BASES.flatMap((base) => {
      const [ratio, before] = [ratioTo(base, now[workload]), ratioTo(base, kept.medians[workload])];
      if (ratio === null || before === null || Math.abs(ratio / before - 1) < NOISE) return [];
      return [`- ${workload}: ${ratio.toFixed(2)} of ${base}, before ${before.toFixed(2)}`];
    }),
  );
  return [`Since "${kept.title}":`, ...(lines.length === 0 ? ['- nothing beyond noise'] : lines)].join('\n');
}

function ratioTo(base: string, medians: Medians[string] = {}): number | null {
  const { [base]: other, postern } = medians;
  return other === undefined || postern === undefined || other === 0 ? null : postern / other;
}

function mediansOf(measurements: readonly Measurement[]): Medians {
  return Object.fromEntries(
    measurements.map(({ workload, rounds }) => {
      const medians = [...rounds].map(([path, values]) => [path, median(values)] as const);
      const known = medians.filter(([, value]) => Number.isFinite(value));
      return [workload, Object.fromEntries(known.map(([path, value]) => [path, Number(value.toPrecision(4))]))];
    }),
  );
}

async function readKept(): Promise<KeptReport | null> {
  const json = await readFile(file, 'utf8').catch(() => null);
  return json === null ? null : JSON.parse(json);
}
