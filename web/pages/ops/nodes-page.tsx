// The nodes of the fleet. The island `ops-nodes` keeps the table up to date.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { NodeTable } from '../../components/ops/node-table.tsx';

export interface NodesProps extends ConsoleProps {
  readonly nodes: readonly NodeRow[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function NodesPage({ frame, view, nodes, now }: NodesProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Nodes"
      lead="A node that stops sending heartbeats leaves this list within six seconds."
      styles={['ops']}
      islands={['ops-nodes']}
    >
      <div class="ops stack">
        <div data-live-nodes="/ops/events">
          <div>
            <NodeTable nodes={nodes} now={now} />
          </div>
        </div>
        <p class="quiet" role="status" data-live-status />
      </div>
    </ConsolePage>
  );
}
