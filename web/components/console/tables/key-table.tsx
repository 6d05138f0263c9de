// The keys of a person's terminals as rows. A fingerprint is public, and is compared with what the
// terminal shows.

import type { VNode } from 'preact';
import { type Column, DataTable } from './data-table.tsx';
import { When } from './when.tsx';

export interface KeyRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly address: string;
  readonly knownSince: Date;
  readonly approvedAt: Date;
}

interface KeyTableProps {
  /** Each is forgotten by the page at `<path>/<id>/forget`. */
  readonly path: string;
  readonly keys: readonly KeyRow[];
  readonly now: Date;
}

export function KeyTable({ path, keys, now }: KeyTableProps): VNode {
  const columns: ReadonlyArray<Column<KeyRow>> = [
    { header: 'Key', kind: 'main', cell: ({ fingerprint }) => <span class="mono">{fingerprint}</span> },
    { header: 'Last from', cell: ({ address }) => <span class="mono">{address}</span> },
    { header: 'Known since', cell: ({ knownSince }) => <When at={knownSince} now={now} /> },
    { header: 'Last approved', cell: ({ approvedAt }) => <When at={approvedAt} now={now} /> },
    {
      header: 'Forget',
      kind: 'actions',
      cell: ({ id, fingerprint }) => (
        <a class="button plain small" href={`${path}/${id}/forget`}>
          Forget<span class="visually-hidden"> {fingerprint}</span>
        </a>
      ),
    },
  ];
  return (
    <DataTable
      caption="Keys of your terminals"
      columns={columns}
      rows={keys}
      rowKey={({ id }) => id}
      empty="No terminal of yours has a key. Make one with postern connect."
    />
  );
}
