// A table with what long lists need: a search, how many there are, an order, pages. Short lists
// show the table alone.

import type { ComponentChildren, VNode } from 'preact';
import { SearchForm } from '../forms/search-form.tsx';
import { type Column, DataTable } from './data-table.tsx';

export interface Listing<Row> {
  readonly path: string;
  readonly search: string;
  /** The name of the column's order; null: as the list comes. */
  readonly sort: string | null;
  readonly order: 'asc' | 'desc';
  readonly page: number;
  readonly pageCount: number;
  readonly total: number;
  readonly found: number;
  /** How many come before the first row shown. */
  readonly first: number;
  readonly rows: readonly Row[];
}

interface ListedTableProps<Row> {
  readonly listing: Listing<Row>;
  /** `token`: as one of them is called. */
  readonly noun: string;
  readonly caption: string;
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly rowKey: (row: Row) => string;
  readonly empty: ComponentChildren;
}

/** Fewer are seen at a glance. */
const LONG = 8;

export function ListedTable<Row>({ listing, noun, caption, columns, rowKey, empty }: ListedTableProps<Row>): VNode {
  const { path, search, total, found, rows, sort, order } = listing;
  const isLong = total > LONG || search !== '';
  const sorting = { by: sort, order, hrefOf: (by: string) => hrefOf(listing, { page: 1, ...turned(listing, by) }) };
  return (
    <div class="stack">
      {isLong && (
        <div class="list-head">
          <SearchForm action={path} label={`Find ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`} value={search} />
          <p class="quiet-text" role="status">
            {countOf(listing, noun)}
          </p>
        </div>
      )}
      <DataTable
        caption={caption}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        empty={found === 0 && search !== '' ? `Nothing found for “${search}”.` : empty}
        {...(isLong ? { sorting } : {})}
      />
      <Pages listing={listing} of={`${noun}s`} />
    </div>
  );
}

/** Where a list stands: which search, order and page of it. */
export type ListPlace = Pick<Listing<unknown>, 'path' | 'search' | 'sort' | 'order' | 'page' | 'pageCount'>;

interface PagesProps {
  readonly listing: ListPlace;
  /** In the plural: `tokens`. */
  readonly of: string;
}

export function Pages({ listing, of }: PagesProps): VNode | null {
  const { page, pageCount } = listing;
  if (pageCount === 1) return null;
  return (
    <nav class="pages" aria-label={`Pages of ${of}`}>
      {page > 1 && (
        <a class="button plain small" href={hrefOf(listing, { page: page - 1 })} rel="prev">
          Previous
        </a>
      )}
      <span class="quiet-text">
        Page {page} of {pageCount}
      </span>
      {page < pageCount && (
        <a class="button plain small" href={hrefOf(listing, { page: page + 1 })} rel="next">
          Next
        </a>
      )}
    </nav>
  );
}

function countOf<Row>({ total, found, first, rows, search, pageCount }: Listing<Row>, noun: string): string {
  const all = total === 1 ? `1 ${noun}` : `${total.toLocaleString('en-US')} ${noun}s`;
  if (pageCount > 1) return `${first + 1}–${first + rows.length} of ${found.toLocaleString('en-US')}`;
  return search === '' ? all : `${found.toLocaleString('en-US')} of ${all}`;
}

/** The other way round when it is sorted by that already. */
function turned({ sort, order }: ListPlace, by: string): { sort: string; order: 'asc' | 'desc' } {
  return { sort: by, order: sort === by && order === 'asc' ? 'desc' : 'asc' };
}

function hrefOf(listing: ListPlace, change: Partial<Pick<ListPlace, 'page' | 'sort' | 'order'>>): string {
  const { path, search, sort, order, page } = { ...listing, ...change };
  const query = new URLSearchParams({
    ...(search === '' ? {} : { search }),
    ...(sort === null ? {} : { sort, order }),
    ...(page === 1 ? {} : { page: String(page) }),
  });
  return query.size === 0 ? path : `${path}?${query}`;
}
