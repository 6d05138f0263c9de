// Search, order and pages of a list that is read whole, from the query of its page: `?search=`,
// `?sort=`, `?order=`, `?page=`.

import type { Listing } from '../../../../web/components/console/tables/listed-table.tsx';
import { type ConsoleCall, queryText } from './console-call.ts';

const ROWS_PER_PAGE = 50;

interface Wanted<Row> {
  readonly path: string;
  /** What a search looks into. */
  readonly text: (row: Row) => string;
  /** By the names that columns sort by; without one asked for, rows stay in their order. */
  readonly sorts: Readonly<Record<string, (row: Row) => string | number>>;
}

export function listingOf<Row>(call: ConsoleCall, all: readonly Row[], wanted: Wanted<Row>): Listing<Row> {
  const { path, text, sorts } = wanted;
  const search = queryText(call, 'search').trim();
  const words = search.toLowerCase().split(/\s+/);
  const found = all.filter((row) => words.every((word) => text(row).toLowerCase().includes(word)));
  const sort = Object.hasOwn(sorts, queryText(call, 'sort')) ? queryText(call, 'sort') : null;
  const order = queryText(call, 'order') === 'desc' ? 'desc' : 'asc';
  const key = sort === null ? undefined : sorts[sort];
  const sorted = key === undefined ? found : [...found].sort(by(key, order));
  const pageCount = Math.max(1, Math.ceil(sorted.length / ROWS_PER_PAGE));
  const page = Math.min(pageCount, Math.max(1, Number.parseInt(queryText(call, 'page'), 10) || 1));
  const first = (page - 1) * ROWS_PER_PAGE;
  const rows = sorted.slice(first, first + ROWS_PER_PAGE);
  return { path, search, sort, order, page, pageCount, total: all.length, found: found.length, first, rows };
}

function by<Row>(key: (row: Row) => string | number, order: 'asc' | 'desc') {
  const sign = order === 'asc' ? 1 : -1;
  return (one: Row, other: Row) => {
    const [a, b] = [key(one), key(other)];
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en'));
  };
}
