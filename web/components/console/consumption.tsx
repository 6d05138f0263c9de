// Measured consumption: the figures of a billing period, and a history as a table with plots beside
// it.

import type { VNode } from 'preact';
import { bytesInWords, secondsInWords } from '../quantities.ts';
import { FiguresBox, type Plot, type PlotStretch, Plots, StepLinks } from './plots.tsx';
import { type Column, DataTable } from './tables/data-table.tsx';

export interface UsageFigures {
  readonly activeSeconds: number;
  readonly computeSeconds: number;
  readonly writtenBytes: number;
  readonly transferBytes: number;
  readonly storageBytes: number;
}

export interface FrameRow {
  readonly start: Date;
  readonly label: string;
  /** Null: not measured. */
  readonly activeSeconds: number | null;
  readonly computeSeconds: number | null;
  readonly writtenBytes: number | null;
  readonly transferBytes: number | null;
  readonly storageBytes: number | null;
}

export interface HistoryView {
  /** The page's path; `?by=` selects the granularity. */
  readonly path: string;
  readonly granularity: 'hourly' | 'daily' | 'monthly';
  readonly stretch: PlotStretch;
  /** Newest first, each step once; steps that nobody measured are missing. */
  readonly frames: readonly FrameRow[];
}

export function Figures({ figures }: { readonly figures: UsageFigures }): VNode {
  return (
    <dl class="figures">
      <Figure name="Active time" value={secondsInWords(figures.activeSeconds)} note="computes in use" />
      <Figure name="Compute time" value={secondsInWords(figures.computeSeconds)} note="running statements" />
      <Figure name="Written" value={bytesInWords(figures.writtenBytes)} note="to the log (WAL)" />
      <Figure name="Sent to clients" value={bytesInWords(figures.transferBytes)} note="through this gateway" />
      <Figure name="Storage" value={bytesInWords(figures.storageBytes)} note="data and log, now" />
    </dl>
  );
}

function Figure({
  name,
  value,
  note,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small>{note}</small>
      </dd>
    </div>
  );
}

const GRANULARITIES = [
  { by: 'hourly', label: 'Hours' },
  { by: 'daily', label: 'Days' },
  { by: 'monthly', label: 'Months' },
] as const;

export function History({ history }: { readonly history: HistoryView }): VNode {
  return (
    <div class="stack" data-plots>
      <StepLinks path={history.path} steps={GRANULARITIES} current={history.granularity} />
      {history.frames.length > 0 && <Plots plots={PLOTS} stretch={history.stretch} />}
      <FrameTable frames={history.frames} />
    </div>
  );
}

const PLOTS: readonly Plot[] = [
  { title: 'Active time', column: 0, unit: 'seconds', shape: 'bars' },
  { title: 'Compute time', column: 1, unit: 'seconds', shape: 'bars' },
  { title: 'Written', column: 2, unit: 'bytes', shape: 'bars' },
  { title: 'Storage', column: 4, unit: 'bytes', shape: 'line' },
];

function FrameTable({ frames }: { readonly frames: readonly FrameRow[] }): VNode {
  const columns: ReadonlyArray<Column<FrameRow>> = [
    {
      header: 'Time (UTC)',
      kind: 'main',
      cell: ({ start, label }) => <time datetime={start.toISOString()}>{label}</time>,
    },
    {
      header: 'Active time',
      kind: 'number',
      cell: (row) => <Measured value={row.activeSeconds} say={secondsInWords} />,
    },
    {
      header: 'Compute time',
      kind: 'number',
      cell: (row) => <Measured value={row.computeSeconds} say={secondsInWords} />,
    },
    { header: 'Written', kind: 'number', cell: (row) => <Measured value={row.writtenBytes} say={bytesInWords} /> },
    { header: 'Sent', kind: 'number', cell: (row) => <Measured value={row.transferBytes} say={bytesInWords} /> },
    { header: 'Storage', kind: 'number', cell: (row) => <Measured value={row.storageBytes} say={bytesInWords} /> },
  ];
  if (frames.length === 0) return <p class="table-empty">No usage in this period.</p>;
  return (
    <FiguresBox label="Figures over time">
      <DataTable
        caption="Consumption over time"
        columns={columns}
        rows={frames}
        rowKey={({ start }) => start.toISOString()}
        phone="table"
      />
    </FiguresBox>
  );
}

interface MeasuredProps {
  readonly value: number | null;
  readonly say: (value: number) => string;
}

function Measured({ value, say }: MeasuredProps): VNode {
  if (value === null) return <span class="quiet-text">not measured</span>;
  return <data value={String(value)}>{say(value)}</data>;
}
