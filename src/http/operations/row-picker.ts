// Picks the rows that one list shows, again only when something changed that their order needs.

import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import { pickRows, type RowQuery, type Sort } from '../../../web/components/ops/row-order.ts';
import { termsOf } from '../../../web/components/ops/row-search.ts';
import { filterMatcher, type LiveConnectionFilter, type LiveConnectionRecord } from '../../fleet/live-connection.ts';

export interface RowRequest {
  /** The scope, which no query widens. */
  readonly filter: LiveConnectionFilter;
  readonly query: RowQuery;
  /** The window: the index of its first row, and at most how many rows. */
  readonly first: number;
  readonly count: number;
  /** A connection that is shown beside the list, wherever in it. */
  readonly opened?: string | null;
}

export interface PickedRows {
  readonly rows: readonly LiveRow[];
  readonly counts: { readonly live: number; readonly waiting: number };
  readonly nodeIds: readonly string[];
}

const SORTS_BY_COUNTERS: ReadonlySet<Sort> = new Set(['sent', 'received', 'sending', 'receiving']);

export class RowPicker {
  readonly request: RowRequest;
  /** Whether the rows or their order depend on counters, which change all the time. */
  readonly picksByCounters: boolean;
  readonly #isInScope: (record: LiveConnectionRecord) => boolean;
  #picked: { readonly version: string; readonly rows: PickedRows } | null = null;

  constructor(request: RowRequest) {
    this.request = request;
    this.#isInScope = filterMatcher(request.filter);
    const byState = termsOf(request.query.search).some(({ key }) => key === 'state');
    this.picksByCounters = byState || SORTS_BY_COUNTERS.has(request.query.sort);
  }

  pick(
    { records, version }: { readonly records: Iterable<LiveConnectionRecord>; readonly version: string },
    rowOf: (record: LiveConnectionRecord) => LiveRow,
  ): PickedRows {
    if (this.#picked?.version === version && !this.picksByCounters) return this.#picked.rows;
    const { query } = this.request;
    const inScope: LiveRow[] = [];
    for (const record of records) if (this.#isInScope(record)) inScope.push(rowOf(record));
    const waiting = inScope.filter(({ phase }) => phase === 'waiting').length;
    const rows = {
      rows: pickRows(inScope, query),
      counts: { live: inScope.length - waiting, waiting },
      nodeIds: [...new Set(inScope.map(({ node }) => node))].sort(),
    };
    this.#picked = { version, rows };
    return rows;
  }

  /** The index where the window begins; a list that became shorter shows its last rows. */
  firstOf({ rows }: PickedRows): number {
    const { first, count } = this.request;
    return Math.min(first, Math.max(0, Math.ceil(rows.length / count) - 1) * count);
  }

  /** Null when the list has it no more. */
  openedOf({ rows }: PickedRows): LiveRow | null {
    const { opened } = this.request;
    return opened == null ? null : (rows.find(({ id }) => id === opened) ?? null);
  }

  windowOf(picked: PickedRows): readonly LiveRow[] {
    const first = this.firstOf(picked);
    return picked.rows.slice(first, first + this.request.count);
  }
}
