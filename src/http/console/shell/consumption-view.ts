// Consumption as the console shows it. Unmeasured figures are absent, never zero.

import type { FrameRow, HistoryView, UsageFigures } from '../../../../web/components/console/consumption.tsx';
import type { Account } from '../../../catalogue/accounts/accounts.ts';
import { PLAN_TERMS } from '../../../catalogue/rights/plans.ts';
import type {
  BillingPeriodTotals,
  ConsumptionFrame,
  ConsumptionRange,
  ConsumptionTotals,
  Granularity,
  PeriodFrames,
} from '../../../metering/frames/consumption-figures.ts';
import { FRAME_SIZE_OF, frameStart } from '../../../metering/frames/frame-bounds.ts';
import { type ConsoleCall, queryText } from './console-call.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const LOOKS_BACK_MS: Readonly<Record<Granularity, number>> = {
  hourly: 23 * HOUR_MS,
  daily: 29 * DAY_MS,
  monthly: 335 * DAY_MS,
};

function rangeIn(call: ConsoleCall): ConsumptionRange {
  const asked = queryText(call, 'by');
  const granularity: Granularity = asked === 'hourly' || asked === 'monthly' ? asked : 'daily';
  const { now } = call;
  // The last frame is the running one; both ends are rounded down.
  const to = new Date(now.getTime() + frameMs(granularity));
  return { granularity, from: new Date(now.getTime() - LOOKS_BACK_MS[granularity]), to };
}

/** Null where the plan does not include it; `read` is then not called. */
export async function historyView(
  call: ConsoleCall,
  { account, path }: { readonly account: Account; readonly path: string },
  read: (range: ConsumptionRange) => Promise<readonly PeriodFrames[]>,
): Promise<HistoryView | null> {
  if (PLAN_TERMS[account.plan].consumptionHistory !== 'included') return null;
  const range = rangeIn(call);
  const { granularity } = range;
  const periods = await read(range);
  const rows = periods.flatMap(({ frames }) => frames.map((frame) => frameRow(frame, granularity)));
  const step = FRAME_SIZE_OF[granularity];
  const stretch = { from: frameStart(step, range.from), to: frameStart(step, call.now), step };
  return { path, granularity, stretch, frames: onePerFrame(rows).reverse() };
}

/** Merges the rows of a change of plan: what flowed adds up, sizes are the later period's. */
export function onePerFrame(rows: readonly FrameRow[]): FrameRow[] {
  const merged = new Map<number, FrameRow>();
  for (const row of rows) {
    const earlier = merged.get(row.start.getTime());
    merged.set(row.start.getTime(), earlier === undefined ? row : sumOfRows(earlier, row));
  }
  return [...merged.values()].sort((one, other) => one.start.getTime() - other.start.getTime());
}

function sumOfRows(earlier: FrameRow, later: FrameRow): FrameRow {
  const sum = (pick: (row: FrameRow) => number | null) => {
    const [one, other] = [pick(earlier), pick(later)];
    return one === null || other === null ? null : one + other;
  };
  return {
    ...later,
    activeSeconds: sum(({ activeSeconds }) => activeSeconds),
    computeSeconds: sum(({ computeSeconds }) => computeSeconds),
    writtenBytes: sum(({ writtenBytes }) => writtenBytes),
    transferBytes: sum(({ transferBytes }) => transferBytes),
  };
}

export function usageFigures(totals: BillingPeriodTotals | ConsumptionTotals): UsageFigures {
  return {
    activeSeconds: totals.activeTimeSeconds,
    computeSeconds: totals.computeTimeSeconds,
    writtenBytes: totals.writtenDataBytes,
    transferBytes: totals.dataTransferBytes,
    storageBytes: totals.syntheticStorageSizeBytes,
  };
}

export function sumOfFigures(all: readonly UsageFigures[]): UsageFigures {
  const sum = (pick: (figures: UsageFigures) => number) => all.reduce((total, figures) => total + pick(figures), 0);
  return {
    activeSeconds: sum((figures) => figures.activeSeconds),
    computeSeconds: sum((figures) => figures.computeSeconds),
    writtenBytes: sum((figures) => figures.writtenBytes),
    transferBytes: sum((figures) => figures.transferBytes),
    storageBytes: sum((figures) => figures.storageBytes),
  };
}

function frameRow(frame: ConsumptionFrame, granularity: Granularity): FrameRow {
  const known = (name: keyof ConsumptionTotals) => (frame.unmeasured.includes(name) ? null : frame[name]);
  return {
    start: frame.start,
    label: FRAME_LABELS[granularity].format(frame.start),
    activeSeconds: known('activeTimeSeconds'),
    computeSeconds: known('computeTimeSeconds'),
    writtenBytes: known('writtenDataBytes'),
    transferBytes: known('dataTransferBytes'),
    storageBytes: known('syntheticStorageSizeBytes'),
  };
}

function frameMs(granularity: Granularity): number {
  return granularity === 'hourly' ? HOUR_MS : granularity === 'daily' ? DAY_MS : 31 * DAY_MS;
}

export const FRAME_LABELS: Readonly<Record<Granularity, Intl.DateTimeFormat>> = {
  hourly: utcFormat({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  daily: utcFormat({ day: 'numeric', month: 'short' }),
  monthly: utcFormat({ month: 'long', year: 'numeric' }),
};

function utcFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
}
