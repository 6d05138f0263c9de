// One project's consumption.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Figures, History, type HistoryView, type UsageFigures } from '../../../components/console/consumption.tsx';
import { Panel } from '../../../components/console/panel.tsx';

export interface ConsumptionProps extends ConsoleProps {
  /** Null before anything was measured. */
  readonly figures: UsageFigures | null;
  /** Null where the plan does not include it. */
  readonly history: HistoryView | null;
  readonly billingPath: string;
}

export function ConsumptionPage({ frame, view, figures, history, billingPath }: ConsumptionProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title="Consumption" islands={history === null ? [] : ['console-plots']}>
      <Panel id="period" title="This month" lead="Calendar month in UTC, measured a few minutes ago.">
        {figures === null ? <p class="table-empty">No usage yet.</p> : <Figures figures={figures} />}
      </Panel>
      <Panel id="history" title="Over time">
        {history === null ? (
          <p class="lead">
            Figures by hour, day and month are part of the Scale, Business and Enterprise plans. See{' '}
            <a href={billingPath}>Billing</a>.
          </p>
        ) : (
          <History history={history} />
        )}
      </Panel>
    </ConsolePage>
  );
}
