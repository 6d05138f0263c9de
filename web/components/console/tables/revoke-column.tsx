// The last column of things that can be revoked: it leads to the page that asks.

import type { Column } from './data-table.tsx';

/** The page is at `<path>/<id>/revoke`; `nameOf` says to screen readers which row it is. */
export function revokeColumn<Row extends { readonly id: string }>(
  path: string,
  nameOf: (row: Row) => string,
): Column<Row> {
  return {
    header: 'Revoke',
    kind: 'actions',
    cell: (row) => (
      <a class="button plain small" href={`${path}/${row.id}/revoke`}>
        Revoke<span class="visually-hidden"> {nameOf(row)}</span>
      </a>
    ),
  };
}
