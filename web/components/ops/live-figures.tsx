// Four figures: connected and waiting connections, and the state of the nodes.

import type { VNode } from 'preact';
import { healthOf, type NodeRow } from './node-row.ts';

export interface Counts {
  readonly live: number;
  readonly waiting: number;
}

interface LiveFiguresProps {
  readonly counts: Counts;
  /** Empty: not shown. */
  readonly nodes: readonly NodeRow[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function LiveFigures({ counts, nodes, now }: LiveFiguresProps): VNode {
  const healthy = nodes.filter((node) => healthOf(node, now) === 'healthy').length;
  return (
    <dl class="figures">
      <Figure label="Connected" value={counts.live} />
      <Figure label="Waiting for approval" value={counts.waiting} />
      {nodes.length > 0 && <Figure label="Nodes" value={nodes.length} />}
      {nodes.length > 0 && <Figure label="Healthy nodes" value={healthy} />}
    </dl>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: number }): VNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value.toLocaleString('en-US')}</dd>
    </div>
  );
}
