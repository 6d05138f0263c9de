// Filters and sorts live connections, in the same way on the server's page and in the browser's
// script.

import type { LiveRow } from './live-row.ts';
import { pressOrder } from './live-state.ts';
import { matcherOf } from './row-search.ts';

/** The sort keys, as they appear in the URL. */
export const SORTS = [
  'person',
  'address',
  'application',
  'project',
  'compute',
  'node',
  'state',
  'pid',
  'age',
  'sent',
  'received',
  'sending',
  'receiving',
] as const;
export type Sort = (typeof SORTS)[number];
export type Order = 'asc' | 'desc';

export interface RowQuery {
  /** As typed; see row-search.ts. */
  readonly search: string;
  readonly sort: Sort;
  readonly order: Order;
}

export const DEFAULT_QUERY: RowQuery = { search: '', sort: 'state', order: 'asc' };

/**
 * The rows that match the query, in its order; rows without the value are last in either direction.
 */
export function pickRows(rows: Iterable<LiveRow>, query: RowQuery): LiveRow[] {
  const picked = [...rows].filter(matcherOf(query.search));
  const valueIn = VALUES[query.sort];
  const sign = query.order === 'asc' ? 1 : -1;
  // Once per row instead of once per comparison: there may be thousands.
  const valued = picked.map((row) => ({ row, value: valueIn(row) }));
  valued.sort((a, b) => compare(a.value, b.value, sign) || compare(a.row.id, b.row.id, 1));
  return valued.map(({ row }) => row);
}

/** `?search=…&sort=…` with the values that differ from the defaults; empty when none do. */
export function queryString(query: RowQuery, page = 1): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== DEFAULT_QUERY[name as keyof RowQuery]) params.set(name, value);
  }
  if (page > 1) params.set('page', String(page));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Tells a page that a list leads to where in the list that was, so that it can lead back. */
export function listParam(joint: '?' | '&', place: string): string {
  return place === '' ? '' : `${joint}list=${encodeURIComponent(place)}`;
}

/**
 * The query after a click on a column header: reversed, or starting with the more useful direction.
 */
export function sortedBy(query: RowQuery, sort: Sort): RowQuery {
  if (query.sort === sort) return { ...query, sort, order: query.order === 'asc' ? 'desc' : 'asc' };
  return { ...query, sort, order: LARGEST_FIRST.has(sort) ? 'desc' : 'asc' };
}

const LARGEST_FIRST: ReadonlySet<Sort> = new Set(['sent', 'received', 'sending', 'receiving']);

type Value = string | number | null;

const VALUES: Readonly<Record<Sort, (row: LiveRow) => Value>> = {
  person: (row) => row.person ?? (row.phase === 'waiting' ? null : row.requestedUser),
  address: (row) => row.address,
  application: (row) => row.application,
  project: (row) => row.project,
  compute: (row) => row.compute,
  node: (row) => row.node,
  state: pressOrder,
  pid: (row) => row.pid,
  // The youngest row has the smallest age.
  age: (row) => -row.since,
  sent: (row) => row.sent,
  received: (row) => row.received,
  sending: (row) => row.sending,
  receiving: (row) => row.receiving,
};

function compare(a: Value, b: Value, sign: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}
