// What the page knows of the fleet: the rows that were sent last, and those that the query picks.

import { applyDelta, type LiveRow } from '../../components/ops/live-row.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { pickRows, type RowQuery } from '../../components/ops/row-order.ts';
import type { RowRange } from './row-window.ts';
import type { Delta, Whole } from './stream.ts';

export class KnownRows {
  /** The rows around the view, as last sent. */
  readonly #rows = new Map<string, LiveRow>();
  #picked: readonly LiveRow[] = [];
  /** The index of the first of those rows. */
  #first = 0;
  #opened: LiveRow | null = null;
  #nodes: readonly NodeRow[] = [];
  #counts = { live: 0, waiting: 0 };
  #pickedCount = 0;
  #now = 0;

  /** How many rows the query picks in all, sent or not. */
  get pickedCount(): number {
    return this.#pickedCount;
  }

  get counts(): { readonly live: number; readonly waiting: number } {
    return this.#counts;
  }

  get nodes(): readonly NodeRow[] {
    return this.#nodes;
  }

  /** The server's clock, milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** Of the connection beside the list; null: none, or it is not there. */
  get opened(): LiveRow | null {
    return this.#opened;
  }

  replace(event: Whole): void {
    this.#rows.clear();
    applyDelta(this.#rows, { changed: event.rows, removed: [] });
    this.#note(event);
  }

  change(event: Delta): void {
    applyDelta(this.#rows, { changed: event.changed ?? [], removed: event.removed ?? [] });
    this.#note(event);
  }

  /** Shows what is known of it until the server says more. */
  open(id: string | null): void {
    this.#opened = this.#rows.get(id ?? '') ?? null;
  }

  pick(query: RowQuery): void {
    this.#picked = pickRows(this.#rows.values(), query);
  }

  /** Of the wanted rows those that were sent; the others are empty space until they are. */
  inRange(wanted: RowRange): RowRange & { readonly rows: readonly LiveRow[] } {
    const sentEnd = this.#first + this.#picked.length;
    const first = Math.min(Math.max(wanted.first, this.#first), sentEnd);
    const end = Math.max(first, Math.min(wanted.end, sentEnd));
    return { first, end, rows: this.#picked.slice(first - this.#first, end - this.#first) };
  }

  #note({ now, counts, picked, first, nodes, opened = null }: Delta | Whole): void {
    this.#opened = opened;
    this.#now = now;
    this.#counts = counts;
    this.#pickedCount = picked;
    this.#first = first;
    this.#nodes = nodes ?? this.#nodes;
  }
}
