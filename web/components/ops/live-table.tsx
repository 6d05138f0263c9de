// The table of live connections. The server renders one page of it; the script renders the rows in
// view out of all.

import type { VNode } from 'preact';
import { Detail, GlassTag, ROLES, Two } from './live-cells.tsx';
import { LIVE_COLUMNS, type LiveColumn } from './live-columns.ts';
import { LiveMenu, type RowAct } from './live-menu.tsx';
import type { LiveRow } from './live-row.ts';
import { stateInWords } from './live-state.ts';
import { listParam, type Order, queryString, type RowQuery, type Sort, sortedBy } from './row-order.ts';
import { ageInWords, rateInWords, sizeInTable } from './words.ts';

export interface LiveTableProps {
  readonly caption: string;
  /** The rows to render; the first one is number `firstIndex` of `total`. */
  readonly rows: readonly LiveRow[];
  readonly firstIndex: number;
  readonly total: number;
  readonly query: RowQuery;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The path of the page with this table, without its query. */
  readonly listPath: string;
  /** The prefix of the links to single connections. */
  readonly connectionsPath: string;
  /** The id of the form for notices; null where sending is not allowed. */
  readonly noticeForm: string | null;
  /** What the menus of the rows offer; without any there are no menus. */
  readonly acts: readonly RowAct[];
  /** The page of the list, which only the server divides into pages. */
  readonly page?: number;
  /** In the browser only. */
  readonly live?: {
    readonly selected: ReadonlySet<string>;
    readonly padTop: number;
    readonly padBottom: number;
    readonly onSort: (sort: Sort) => void;
    readonly onSelect: (id: string, state: 'on' | 'off') => void;
  };
}

export function LiveTable(props: LiveTableProps): VNode {
  const { caption, rows, firstIndex, total, live, noticeForm, acts } = props;
  return (
    <table class="live" {...ROLES.table} aria-rowcount={total + 1}>
      <caption class="visually-hidden">{caption}</caption>
      <thead {...ROLES.rowgroup}>
        <tr {...ROLES.row} aria-rowindex={1}>
          {noticeForm !== null && (
            <th scope="col" {...ROLES.columnheader} class="pick">
              <span class="visually-hidden">Selected</span>
            </th>
          )}
          {LIVE_COLUMNS.map((column) => (
            <Head key={column.name} column={column} {...props} />
          ))}
          {acts.length > 0 && (
            <th scope="col" {...ROLES.columnheader} class="of-menu">
              <span class="visually-hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody {...ROLES.rowgroup}>
        {live !== undefined && live.padTop > 0 && <Filler height={live.padTop} />}
        {rows.map((row, index) => (
          <Row key={row.id} row={row} index={firstIndex + index} table={props} />
        ))}
        {live !== undefined && live.padBottom > 0 && <Filler height={live.padBottom} />}
      </tbody>
    </table>
  );
}

/** Takes the place of rows out of view, so that the scroll bar is right. */
function Filler({ height }: { readonly height: number }): VNode {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty row takes no focus
    <tr class="filler" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}

function Head({ column, query, listPath, live }: LiveTableProps & { readonly column: LiveColumn }): VNode {
  const current = column.sorts.find(({ sort }) => sort === query.sort);
  return (
    <th scope="col" {...ROLES.columnheader} class={column.name} aria-sort={current && ARIA_SORTS[query.order]}>
      {column.sorts.map(({ sort, label }, index) => (
        <span key={sort}>
          {index > 0 && <span aria-hidden="true"> · </span>}
          <a
            class="sort"
            href={listPath + queryString(sortedBy(query, sort))}
            data-order={sort === query.sort ? query.order : undefined}
            onClick={
              live &&
              ((event: Event) => {
                event.preventDefault();
                live.onSort(sort);
              })
            }
          >
            <span class="visually-hidden">Sort by </span>
            {label}
          </a>
        </span>
      ))}
    </th>
  );
}

const ARIA_SORTS = { asc: 'ascending', desc: 'descending' } as const satisfies Record<Order, string>;

interface RowProps {
  readonly row: LiveRow;
  readonly index: number;
  readonly table: LiveTableProps;
}

function Row({ row, index, table }: RowProps): VNode {
  const { now, connectionsPath, noticeForm, acts, query, page } = table;
  const href = `${connectionsPath}/${row.id}${listParam('?', queryString(query, page))}`;
  const name = row.person ?? (row.phase === 'waiting' ? 'not known yet' : row.requestedUser);
  const state = stateInWords(row, now);
  return (
    <tr {...ROLES.row} aria-rowindex={index + 2} data-phase={row.phase}>
      {noticeForm !== null && (
        <td {...ROLES.cell} class="pick">
          <Tick row={row} table={table} form={noticeForm} />
        </td>
      )}
      <th {...ROLES.rowheader} scope="row" class="of-who">
        {row.isGlassBroken && <GlassTag />}
        <a href={href}>
          <bdi>{name}</bdi>
        </a>
        <Detail text={row.database === null ? `asks as ${row.requestedUser}` : targetOf(row)} />
      </th>
      <td {...ROLES.cell} class="of-state">
        <span class={`pill ${state.look}`}>{state.text}</span>
      </td>
      <Two class="of-from" main={row.address} detail={row.application} />
      <Two class="of-where" main={row.project ?? '–'} label={row.label} detail={row.compute} />
      <Two class="of-age" main={ageInWords(now - row.since)} detail={null} />
      <Two class="of-sent" main={sizeInTable(row.sent)} detail={rateInWords(row.sending)} />
      <Two class="of-received" main={sizeInTable(row.received)} detail={rateInWords(row.receiving)} />
      <Two class="of-node" main={row.node} detail={row.pid === null ? null : `pid ${row.pid}`} />
      {acts.length > 0 && (
        <td {...ROLES.cell} class="of-menu">
          <LiveMenu row={row} acts={acts} href={href} />
        </td>
      )}
    </tr>
  );
}

function Tick({ row, table: { live }, form }: Omit<RowProps, 'index'> & { readonly form: string }): VNode {
  return (
    <label class="tick">
      <input
        type="checkbox"
        name="connection"
        value={row.id}
        form={form}
        checked={live?.selected.has(row.id)}
        onChange={live && ((event) => live.onSelect(row.id, event.currentTarget.checked ? 'on' : 'off'))}
      />
      <span class="visually-hidden">
        Select {row.person ?? row.requestedUser} from {row.address}
      </span>
    </label>
  );
}

function targetOf({ database, databaseRole }: LiveRow): string {
  return databaseRole === null ? `${database}` : `${database} as ${databaseRole}`;
}
