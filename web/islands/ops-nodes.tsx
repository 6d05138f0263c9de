// Keeps the table of nodes up to date by server-sent events.

import { render } from 'preact';
import type { NodeRow } from '../components/ops/node-row.ts';
import { NodeTable } from '../components/ops/node-table.tsx';
import { LiveStream } from './ops/stream.ts';

const root = document.querySelector<HTMLElement>('[data-live-nodes]');
const status = document.querySelector<HTMLElement>('[data-live-status]');
if (root !== null && status !== null) keepUp(root, status);

function keepUp(root: HTMLElement, status: HTMLElement): void {
  let nodes: readonly NodeRow[] | null = null;
  const draw = (event: { readonly now: number; readonly nodes?: readonly NodeRow[] }) => {
    nodes = event.nodes ?? nodes;
    if (nodes !== null) {
      render(
        <div>
          <NodeTable nodes={nodes} now={event.now} />
        </div>,
        root,
      );
    }
    if (status.textContent !== '') status.textContent = '';
  };
  const stream = new LiveStream({
    whole: draw,
    delta: draw,
    away: (words) => {
      status.textContent = words;
    },
  });
  // Of the connections, which the same stream sends, the fewest that can be asked for.
  stream.open(`${root.dataset.liveNodes}?count=1`);
}
