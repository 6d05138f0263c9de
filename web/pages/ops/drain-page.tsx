// The confirmation before a node is drained: what will happen, how many connections it concerns,
// and the reason.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { ReasonForm } from '../../components/ops/reason-form.tsx';
import { countInWords } from '../../components/quantities.ts';

export interface DrainProps extends ConsoleProps {
  /** The path of the page and of its form. */
  readonly path: string;
  readonly node: NodeRow;
  readonly typedReason: string;
}

export function DrainPage({ frame, view, path, node, typedReason }: DrainProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title={`Drain ${node.id}?`} styles={['ops']}>
      <ReasonForm
        frame={frame}
        id="drain"
        title="What will happen"
        lead={drainInWords(node)}
        action={path}
        field={{ name: 'reason', label: 'Reason', help: 'For the audit trail.', max: 200 }}
        typed={typedReason}
        button="Drain the node"
        look="danger"
        cancelPath="/ops/nodes"
      />
    </ConsolePage>
  );
}

function drainInWords({ live, waiting }: NodeRow): string {
  const finish = live === 0 ? '' : ` ${countInWords(live, 'live connection')} can finish, up to the drain limit.`;
  const again = waiting === 0 ? '' : ` ${countInWords(waiting, 'waiting terminal')} will be asked to connect again.`;
  return `No new connections.${finish}${again} A drained node comes back when you restart it.`;
}
