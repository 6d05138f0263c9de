// The nodes of the fleet and their state.

import type { VNode } from 'preact';
import { type Column, DataTable } from '../console/tables/data-table.tsx';
import { healthOf, type NodeRow } from './node-row.ts';
import { ageInWords } from './words.ts';

interface NodeTableProps {
  readonly nodes: readonly NodeRow[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function NodeTable({ nodes, now }: NodeTableProps): VNode {
  const columns: ReadonlyArray<Column<NodeRow>> = [
    { header: 'Node', kind: 'main', cell: ({ id }) => <a href={`/ops?node=${encodeURIComponent(id)}`}>{id}</a> },
    { header: 'Health', cell: (node) => <Health health={healthOf(node, now)} /> },
    { header: 'Connected', kind: 'number', cell: ({ live }) => live.toLocaleString('en-US') },
    { header: 'Waiting', kind: 'number', cell: ({ waiting }) => waiting.toLocaleString('en-US') },
    { header: 'Up for', kind: 'number', cell: ({ startedAt }) => ageInWords(now - startedAt) },
    { header: 'Last heartbeat', kind: 'number', cell: ({ beatAt }) => `${ageInWords(now - beatAt)} ago` },
    { header: 'Version', cell: ({ version }) => <span class="mono">{version}</span> },
    { header: 'Drain', kind: 'actions', cell: (node) => <DrainLink node={node} /> },
  ];
  return (
    <DataTable
      caption="Nodes of the fleet"
      columns={columns}
      rows={nodes}
      rowKey={({ id }) => id}
      empty="No node answers; Redis may have lost them. They come back within seconds."
    />
  );
}

function DrainLink({ node }: { readonly node: NodeRow }): VNode | null {
  if (node.isDraining) return null;
  return (
    <a class="button plain small" href={`/ops/nodes/${encodeURIComponent(node.id)}/drain`}>
      Drain<span class="visually-hidden"> {node.id}</span>
    </a>
  );
}

function Health({ health }: { readonly health: ReturnType<typeof healthOf> }): VNode {
  return <span class={`pill ${LOOKS[health]}`}>{health}</span>;
}

const LOOKS = { healthy: 'accent', late: 'caution', draining: 'caution' } as const;
