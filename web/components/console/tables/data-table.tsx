// A table, mostly one that becomes a stack of cards on a phone. Roles are explicit because browsers
// drop them for restyled rows.

import type { ComponentChildren, VNode } from 'preact';

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** `main` names the row; `actions` is at its end, with a header for screen readers only. */
  readonly kind?: 'main' | 'number' | 'actions';
  /** The name of its order, where the list can be sorted by it. */
  readonly sort?: string;
}

export interface Sorting {
  readonly by: string | null;
  readonly order: 'asc' | 'desc';
  readonly hrefOf: (by: string) => string;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Shown instead of a table without rows. */
  readonly empty?: ComponentChildren;
  readonly sorting?: Sorting;
  /** On a phone; `cards` where nothing is said. */
  readonly phone?: 'cards' | 'table';
}

const ROLES = {
  table: { role: 'table' },
  rowgroup: { role: 'rowgroup' },
  row: { role: 'row' },
  columnheader: { role: 'columnheader' },
  rowheader: { role: 'rowheader' },
  cell: { role: 'cell' },
} as const;

export function DataTable<Row>(props: DataTableProps<Row>): VNode {
  const { caption, columns, rows, rowKey, empty, sorting, phone = 'cards' } = props;
  if (rows.length === 0 && empty !== undefined) return <p class="table-empty">{empty}</p>;
  return (
    <table class={phone === 'cards' ? 'data cards' : 'data'} {...ROLES.table}>
      <caption class="visually-hidden">{caption}</caption>
      <thead {...ROLES.rowgroup}>
        <tr {...ROLES.row}>
          {columns.map((column) => (
            <Header key={column.header} column={column} sorting={sorting} />
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

interface HeaderProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting | undefined;
}

function Header<Row>({ column: { header, kind, sort }, sorting }: HeaderProps<Row>): VNode {
  if (sorting === undefined || sort === undefined) {
    return (
      <th scope="col" class={kind} {...ROLES.columnheader}>
        {kind === 'actions' ? <span class="visually-hidden">{header}</span> : header}
      </th>
    );
  }
  const order = sorting.by === sort ? sorting.order : null;
  const direction = order === null ? 'none' : order === 'asc' ? 'ascending' : 'descending';
  return (
    <th scope="col" class={kind} {...ROLES.columnheader} aria-sort={direction}>
      <a class="sort-link" href={sorting.hrefOf(sort)}>
        {header}
        {order !== null && <span aria-hidden="true">{order === 'asc' ? ' ↑' : ' ↓'}</span>}
      </a>
    </th>
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
