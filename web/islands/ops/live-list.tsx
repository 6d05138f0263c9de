// Keeps the list of live connections up to date, and filters and sorts it at once. Renders only the
// rows in view, at most once per frame, and nothing while paused.

import { render } from 'preact';
import { LiveFigures } from '../../components/ops/live-figures.tsx';
import { applyDelta, type LiveRow } from '../../components/ops/live-row.ts';
import { LiveTable } from '../../components/ops/live-table.tsx';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { pickRows, queryString, type RowQuery, sortedBy } from '../../components/ops/row-order.ts';
import { readFilters, showFilters, whenFiltersChange } from './filters.ts';
import { rowWindow } from './row-window.ts';
import { Selection } from './selection.ts';
import { openStream } from './stream.ts';

/** The least time between announcements, so that a screen reader is not flooded. */
const ANNOUNCE_EVERY_MS = 10_000;

export class LiveList {
  readonly #region: HTMLElement;
  readonly #listPath: string;
  readonly #rows = new Map<string, LiveRow>();
  readonly #selection = new Selection(() => this.#drawSoon());
  #nodes: readonly NodeRow[] = [];
  #query: RowQuery = readFilters();
  #picked: readonly LiveRow[] = [];
  #now = 0;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #hasBegun = false;
  #isPaused = false;
  #isDrawing = false;

  constructor(region: HTMLElement) {
    this.#region = region;
    this.#listPath = region.dataset.live ?? '';
  }

  start(): void {
    openStream(`${this.#listPath}/events`, {
      whole: (event) => {
        this.#begin();
        this.#rows.clear();
        applyDelta(this.#rows, { changed: event.rows, removed: [] });
        this.#take(event);
      },
      delta: (event) => {
        applyDelta(this.#rows, { changed: event.changed ?? [], removed: event.removed ?? [] });
        this.#take(event);
      },
      away: (words) => this.#say(words),
    });
    whenFiltersChange(() => this.#ask(readFilters()));
    this.#region.addEventListener('scroll', () => this.#drawSoon(), { passive: true });
    addEventListener('resize', () => this.#drawSoon());
    this.#listenToButtons();
  }

  /** The list is complete from here on, so paging and submitting the form have no use. */
  #begin(): void {
    this.#hasBegun = true;
    for (const element of document.querySelectorAll<HTMLElement>('[data-live-controls]')) element.hidden = false;
    for (const element of document.querySelectorAll<HTMLElement>('[data-live-pages], [data-live-apply]')) {
      element.hidden = true;
    }
  }

  #listenToButtons(): void {
    const pause = document.querySelector<HTMLButtonElement>('[data-live-pause]');
    pause?.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused;
      pause.setAttribute('aria-pressed', String(this.#isPaused));
      if (!this.#isPaused) this.#pick();
    });
    document.querySelector('[data-live-select]')?.addEventListener('click', () => {
      this.#selection.toggleAll(this.#picked.map(({ id }) => id));
    });
  }

  #take({ now, nodes }: { readonly now: number; readonly nodes?: readonly NodeRow[] }): void {
    this.#now = now;
    this.#nodes = nodes ?? this.#nodes;
    if (this.#isPaused) return;
    this.#selection.keepOnly(this.#rows);
    this.#pick();
    if (performance.now() - this.#announcedAt > ANNOUNCE_EVERY_MS) this.#announce();
  }

  #ask(query: RowQuery): void {
    this.#query = query;
    showFilters(query);
    history.replaceState(null, '', this.#listPath + queryString(query));
    this.#pick();
    this.#announce();
  }

  #pick(): void {
    this.#picked = pickRows(this.#rows.values(), this.#query);
    this.#drawSoon();
  }

  #announce(): void {
    if (!this.#hasBegun) return;
    this.#announcedAt = performance.now();
    this.#say(`${inWords(this.#picked.length)} of ${inWords(this.#rows.size)} connections`);
  }

  #say(words: string): void {
    const status = document.querySelector('[data-live-status]');
    if (status !== null && status.textContent !== words) status.textContent = words;
  }

  #drawSoon(): void {
    if (this.#isDrawing || !this.#hasBegun) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const hadFocus = this.#region.contains(document.activeElement);
    render(this.#table(), this.#region);
    // The focused row is gone: keep the focus in the list instead of at the top of the page.
    if (hadFocus && !this.#region.contains(document.activeElement)) this.#region.focus({ preventScroll: true });
    this.#drawFigures();
  }

  #table() {
    const { first, end, padTop, padBottom } = rowWindow(this.#region, this.#picked.length);
    return (
      <div>
        <LiveTable
          caption="Live connections"
          rows={this.#picked.slice(first, end)}
          firstIndex={first}
          total={this.#picked.length}
          query={this.#query}
          now={this.#now}
          listPath={this.#listPath}
          connectionsPath={this.#region.dataset.connections ?? ''}
          noticeForm={this.#region.dataset.noticeForm ?? null}
          live={{
            selected: this.#selection.ids,
            padTop,
            padBottom,
            onSort: (sort) => this.#ask(sortedBy(this.#query, sort)),
            onSelect: (id, state) => this.#selection.set(id, state),
          }}
        />
        {this.#picked.length === 0 && <p class="live-empty">Nobody is connected, or nobody whom the filter finds.</p>}
      </div>
    );
  }

  #drawFigures(): void {
    const place = document.querySelector('[data-live-figures]');
    if (place === null) return;
    let waiting = 0;
    for (const { phase } of this.#rows.values()) if (phase === 'waiting') waiting += 1;
    const counts = { waiting, live: this.#rows.size - waiting };
    render(<LiveFigures counts={counts} nodes={this.#nodes} now={this.#now} />, place);
  }
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}
