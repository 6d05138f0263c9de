// A table that becomes a stack of cards on a phone. Roles are explicit because browsers drop them
// for restyled rows.

import type { ComponentChildren, VNode } from 'preact';

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `main` names the row; `actions` is at its end, with a header for screen readers only. */
  readonly kind?: 'main' | 'number' | 'actions';
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Shown instead of a table without rows. */
  readonly empty?: ComponentChildren;
}

const ROLES = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

export function DataTable<Row>({ caption, columns, rows, rowKey, empty }: DataTableProps<Row>): VNode {
  if (rows.length === 0 && empty !== undefined) return <p class="table-empty">{empty}</p>;
  return (
    <table class="data" {...ROLES.table}>
      <caption class="visually-hidden">{caption}</caption>
      <thead {...ROLES.rowgroup}>
        <tr {...ROLES.row}>
          {columns.map((column) => (
            <th key={column.header} scope="col" class={column.kind} {...ROLES.columnheader}>
              {column.kind === 'actions' ? <span class="visually-hidden">{column.header}</span> : column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...ROLES.rowgroup}>
        {rows.map((row) => (
          <tr key={rowKey(row)} {...ROLES.row}>
            {columns.map((column) => (
              <Cell key={column.header} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }): VNode {
  if (column.kind === 'main') {
    return (
      <th scope="row" class="main" {...ROLES.rowheader}>
        {column.cell(row)}
      </th>
    );
  }
  return (
    <td class={column.kind} data-label={column.header} {...ROLES.cell}>
      {column.cell(row)}
    </td>
  );
}
