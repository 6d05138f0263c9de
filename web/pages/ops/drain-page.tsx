// The confirmation before a node is drained: what will happen, how many connections it concerns,
// and the reason.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { ReasonForm } from '../../components/ops/reason-form.tsx';
import { ageInWords } from '../../components/ops/words.ts';
import { countInWords } from '../../components/quantities.ts';

export interface DrainProps extends ConsoleProps {
  /** The path of the page and of its form. */
  readonly path: string;
  readonly node: NodeRow;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly typedReason: string;
}

export function DrainPage({ frame, view, path, node, now, typedReason }: DrainProps): VNode {
  return (
    <ConsolePage frame={frame} view={view} title={`Drain ${node.id}?`} styles={['ops']}>
      <ReasonForm
        frame={frame}
        id="drain"
        title="What will happen"
        lead={`It takes no new connections from now on, tells ${countInWords(node.waiting, 'waiting terminal')} to connect again, and waits for ${countInWords(node.live, 'live connection')} to finish, up to its drain limit. It has been up for ${ageInWords(now - node.startedAt)}. A drained node does not come back by itself: restart it.`}
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
