// The nodes of the fleet and their state.

import type { VNode } from 'preact';
import { type Column, DataTable } from '../console/tables/data-table.tsx';
import { healthOf, type NodeRow } from './node-row.ts';
import { searchOf } from './row-search.ts';
import { Sparkline } from './sparkline.tsx';
import { ageInWords, countInTable } from './words.ts';

interface NodeTableProps {
  readonly nodes: readonly NodeRow[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function NodeTable({ nodes, now }: NodeTableProps): VNode {
  const columns: ReadonlyArray<Column<NodeRow>> = [
    {
      header: 'Node',
      kind: 'main',
      cell: ({ id }) => <a href={`/ops?search=${encodeURIComponent(searchOf([{ key: 'node', value: id }]))}`}>{id}</a>,
    },
    { header: 'Health', cell: (node) => <Health health={healthOf(node, now)} /> },
    { header: 'Connected', kind: 'number', cell: ({ live }) => countInTable(live) },
    { header: 'Last hour', cell: ({ livePeaks }) => <LastHour peaks={livePeaks} /> },
    { header: 'Waiting', kind: 'number', cell: ({ waiting }) => countInTable(waiting) },
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

const MINUTES = 60;

function LastHour({ peaks }: { readonly peaks: readonly number[] }): VNode {
  const peak = countInTable(Math.max(0, ...peaks));
  return <Sparkline counts={peaks} room={MINUTES} label={`At most ${peak === '–' ? 'none' : peak} at a time`} />;
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
  const { look, word } = HEALTH[health];
  return <span class={`pill ${look}`}>{word}</span>;
}

const HEALTH = {
  healthy: { look: 'accent', word: 'Healthy' },
  late: { look: 'caution', word: 'Late' },
  draining: { look: 'caution', word: 'Draining' },
} as const;
