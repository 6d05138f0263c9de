// How many connections started, ended and failed over time, in the fleet or in one account.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { FiguresBox, type Plot, type PlotStretch, Plots, StepLinks } from '../../components/console/plots.tsx';
import { type Column, DataTable } from '../../components/console/tables/data-table.tsx';
import { countInTable } from '../../components/ops/words.ts';

export interface ConnectionHistoryRow {
  readonly start: Date;
  readonly label: string;
  readonly begun: number;
  readonly ended: number;
  readonly failed: number;
  readonly asked: number;
  readonly denied: number;
  readonly expired: number;
}

export interface ConnectionHistoryProps extends ConsoleProps {
  readonly reach: 'installation' | 'account';
  readonly path: string;
  readonly step: 'hourly' | 'daily';
  readonly stretch: PlotStretch;
  /** Newest first. */
  readonly rows: readonly ConnectionHistoryRow[];
}

const STEPS = [
  { by: 'hourly', label: 'Hours' },
  { by: 'daily', label: 'Days' },
] as const;

type Figure = Exclude<keyof ConnectionHistoryRow, 'start' | 'label'>;

const OF_CONNECTIONS: ReadonlyArray<readonly [Figure, string]> = [
  ['begun', 'Begun'],
  ['ended', 'Ended'],
  ['failed', 'Failed'],
];
/** Without an account, since no target was chosen when denying. */
const OF_LOGINS: ReadonlyArray<readonly [Figure, string]> = [
  ['asked', 'Links given'],
  ['denied', 'Denied'],
  ['expired', 'Expired'],
];

export function ConnectionHistoryPage(props: ConnectionHistoryProps): VNode {
  const { frame, view, reach, path, step, stretch, rows } = props;
  const figures = reach === 'installation' ? [...OF_CONNECTIONS, ...OF_LOGINS] : OF_CONNECTIONS;
  const columns: ReadonlyArray<Column<ConnectionHistoryRow>> = [
    {
      header: 'Time (UTC)',
      kind: 'main',
      cell: ({ start, label }) => <time datetime={start.toISOString()}>{label}</time>,
    },
    ...figures.map(
      ([name, header]): Column<ConnectionHistoryRow> => ({
        header,
        kind: 'number',
        cell: (row) => <data value={String(row[name])}>{countInTable(row[name])}</data>,
      }),
    ),
  ];
  const plots = figures
    .map(([name, title], column): Plot & { name: Figure } => ({ name, title, column, unit: 'count', shape: 'bars' }))
    .filter(({ name }) => name !== 'ended' && name !== 'expired');
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Connections over time"
      lead={`From the audit log. The current ${step === 'hourly' ? 'hour' : 'day'} isn’t complete yet.`}
      styles={['ops']}
      islands={['console-plots']}
    >
      <div class="ops stack">
        <StepLinks path={path} steps={STEPS} current={step} />
        <div class="panel" data-plots>
          <Plots plots={plots} stretch={stretch} />
          <FiguresBox label="Figures over time">
            <DataTable
              caption="Connections over time"
              columns={columns}
              rows={rows}
              rowKey={({ start }) => start.toISOString()}
              phone="table"
            />
          </FiguresBox>
        </div>
      </div>
    </ConsolePage>
  );
}
