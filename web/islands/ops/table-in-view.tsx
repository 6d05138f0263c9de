// The rows that are in view, with empty space for the others, so that the list can be scrolled.

import type { RowAct } from '../../components/ops/live-menu.tsx';
import { LiveTable } from '../../components/ops/live-table.tsx';
import { type RowQuery, sortedBy } from '../../components/ops/row-order.ts';
import type { KnownRows } from './known-rows.ts';
import { heightOfRows, rowsToDraw } from './row-window.ts';
import type { Selection } from './selection.ts';

interface TableInViewProps {
  readonly region: HTMLElement;
  readonly known: KnownRows;
  readonly selection: Selection;
  readonly query: RowQuery;
  readonly listPath: string;
  readonly acts: readonly RowAct[];
  readonly onQuery: (query: RowQuery) => void;
}

export function TableInView({ region, known, selection, query, listPath, acts, onQuery }: TableInViewProps) {
  const { pickedCount, now } = known;
  const { rows, first, end } = known.inRange(rowsToDraw(region, pickedCount));
  const rowHeight = heightOfRows(region);
  return (
    <div>
      <LiveTable
        caption="Live connections"
        rows={rows}
        firstIndex={first}
        total={pickedCount}
        query={query}
        now={now}
        listPath={listPath}
        connectionsPath={region.dataset.connections ?? ''}
        noticeForm={region.dataset.noticeForm ?? null}
        acts={acts}
        live={{
          selected: selection.ids,
          padTop: first * rowHeight,
          padBottom: Math.max(0, pickedCount - end) * rowHeight,
          onSort: (sort) => onQuery(sortedBy(query, sort)),
          onSelect: (id, state) => selection.set(id, state),
        }}
      />
      {pickedCount === 0 && <p class="live-empty">No connections match.</p>}
    </div>
  );
}
