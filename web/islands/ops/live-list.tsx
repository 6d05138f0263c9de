// Keeps the list of live connections up to date: asks the server for the rows around the view, and
// renders those in view, at most once per frame and unchanged while paused.

import { render } from 'preact';
import { LiveFigures } from '../../components/ops/live-figures.tsx';
import { LiveChips } from '../../components/ops/live-filters.tsx';
import { ROW_ACTS, type RowAct } from '../../components/ops/live-menu.tsx';
import { applyDelta, type LiveRow } from '../../components/ops/live-row.ts';
import { LiveTable } from '../../components/ops/live-table.tsx';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { pickRows, queryString, type RowQuery, sortedBy } from '../../components/ops/row-order.ts';
import { shownOfAll } from '../../components/ops/words.ts';
import { chooseColumns } from './columns.ts';
import { readQuery, readSearch, showSearch, whenSearchChanges } from './filters.ts';
import { LivePanel } from './live-panel.ts';
import { heightOfRows, type RowRange, rowsToAsk, rowsToDraw } from './row-window.ts';
import { Selection } from './selection.ts';
import { type Delta, LiveStream, type Whole } from './stream.ts';

/** The least time between announcements, so that a screen reader is not flooded. */
const ANNOUNCE_EVERY_MS = 10_000;
/** How long somebody stops typing or scrolling before the server is asked. */
const ASK_AFTER_MS = 120;

export class LiveList {
  readonly #region: HTMLElement;
  readonly #listPath: string;
  readonly #acts: readonly RowAct[];
  /** The rows around the view, as last sent. */
  readonly #rows = new Map<string, LiveRow>();
  readonly #selection = new Selection(() => this.#drawSoon());
  readonly #stream = new LiveStream({
    whole: (event) => this.#replace(event),
    delta: (event) => this.#change(event),
    away: (words) => this.#say(words),
  });
  readonly #panel: LivePanel;
  #opened: LiveRow | null = null;
  #nodes: readonly NodeRow[] = [];
  #counts = { live: 0, waiting: 0 };
  #query: RowQuery = readQuery();
  #picked: readonly LiveRow[] = [];
  /** The index of the first of those rows, and how many rows the query picks in all. */
  #first = 0;
  #pickedCount = 0;
  #asked: RowRange = { first: 0, end: 0 };
  #now = 0;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #isAnnouncementDue = false;
  #hasBegun = false;
  #isPaused = false;
  #isDrawing = false;
  #asking: ReturnType<typeof setTimeout> | undefined;

  constructor(region: HTMLElement) {
    this.#region = region;
    this.#listPath = region.dataset.live ?? '';
    const acts = region.dataset.acts?.split(' ');
    this.#acts = ROW_ACTS.filter((act) => acts?.includes(act));
    this.#panel = new LivePanel({
      region,
      acts: this.#acts,
      place: () => queryString(this.#query),
      onChange: () => this.#openedAnother(),
    });
  }

  start(): void {
    this.#ask();
    whenSearchChanges(() => this.#changeQuery({ ...this.#query, search: readSearch() }));
    this.#region.addEventListener('scroll', () => this.#viewMoved(), { passive: true });
    addEventListener('resize', () => this.#viewMoved());
    this.#listenToButtons();
    chooseColumns(this.#region);
  }

  /** Rows come by the stream from here on, so paging and submitting the form have no use. */
  #begin(): void {
    this.#hasBegun = true;
    this.#selection.setPlace(queryString(this.#query));
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
      if (!this.#isPaused) this.#ask();
    });
    document.querySelector('[data-live-select]')?.addEventListener('click', () => void this.#selectAll());
  }

  /** Rows that were not sent are picked by the server. */
  async #selectAll(): Promise<void> {
    const answer = await fetch(`${this.#listPath}/ids${queryString(this.#query)}`);
    if (!answer.ok) return this.#say('The connections could not be selected. Try again.');
    this.#selection.toggleAll((await answer.text()).split(',').filter(Boolean));
  }

  #changeQuery(query: RowQuery): void {
    this.#query = query;
    showSearch(query.search);
    this.#showPlace();
    this.#selection.setPlace(queryString(query));
    this.#isAnnouncementDue = true;
    this.#pick();
    this.#askSoon();
  }

  #showPlace(): void {
    history.replaceState(null, '', this.#listPath + this.#panel.withOpen(queryString(this.#query)));
  }

  #viewMoved(): void {
    this.#drawSoon();
    const { first, end } = rowsToDraw(this.#region, this.#pickedCount);
    if (first < this.#asked.first || end > this.#asked.end) this.#askSoon();
  }

  #askSoon(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => this.#ask(), ASK_AFTER_MS);
  }

  /** Opens the stream anew for the query and the rows around the view. */
  #ask(): void {
    clearTimeout(this.#asking);
    this.#asked = rowsToAsk(this.#region);
    const params = new URLSearchParams(queryString(this.#query));
    params.set('first', String(this.#asked.first));
    params.set('count', String(this.#asked.end - this.#asked.first));
    if (this.#panel.id !== null) params.set('open', this.#panel.id);
    this.#stream.open(`${this.#listPath}/events?${params}`);
  }

  #replace(event: Whole): void {
    if (!this.#hasBegun) this.#begin();
    this.#rows.clear();
    applyDelta(this.#rows, { changed: event.rows, removed: [] });
    this.#take(event);
  }

  /** While it is paused the list stands still; going on asks for the whole. */
  #change(event: Delta): void {
    if (this.#isPaused) return;
    applyDelta(this.#rows, { changed: event.changed ?? [], removed: event.removed ?? [] });
    this.#take(event);
  }

  #take({ now, counts, picked, first, nodes, opened = null }: Delta | Whole): void {
    this.#opened = opened;
    this.#now = now;
    this.#counts = counts;
    this.#pickedCount = picked;
    this.#first = first;
    this.#nodes = nodes ?? this.#nodes;
    this.#pick();
    // A list that grew may now fill more of the view.
    this.#viewMoved();
    if (this.#isAnnouncementDue || performance.now() - this.#announcedAt > ANNOUNCE_EVERY_MS) this.#announce();
  }

  #pick(): void {
    this.#picked = pickRows(this.#rows.values(), this.#query);
    this.#drawSoon();
  }

  /** What the list knows of it is shown at once. */
  #openedAnother(): void {
    this.#opened = this.#rows.get(this.#panel.id ?? '') ?? null;
    this.#showPlace();
    this.#drawSoon();
    this.#ask();
  }

  #announce(): void {
    this.#isAnnouncementDue = false;
    this.#announcedAt = performance.now();
    this.#say(shownOfAll(this.#pickedCount, this.#counts.live + this.#counts.waiting));
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
    this.#drawChips();
    void this.#panel
      .draw(this.#opened, this.#now)
      .catch(() => this.#say('The connection cannot be shown. Open its page.'));
    const figures = document.querySelector('[data-live-figures]');
    if (figures !== null) render(<LiveFigures counts={this.#counts} nodes={this.#nodes} now={this.#now} />, figures);
  }

  #drawChips(): void {
    const chips = document.querySelector<HTMLElement>('[data-live-chips]');
    if (chips === null) return;
    const nodeIds = this.#nodes.length > 0 ? this.#nodes.map(({ id }) => id) : splitIds(chips.dataset.nodes);
    const onSearch = (search: string) => this.#changeQuery({ ...this.#query, search });
    render(<LiveChips query={this.#query} nodeIds={nodeIds} listPath={this.#listPath} onSearch={onSearch} />, chips);
  }

  #table() {
    const wanted = rowsToDraw(this.#region, this.#pickedCount);
    // Of the wanted rows those that were sent; the others are empty space until they are.
    const sentEnd = this.#first + this.#picked.length;
    const first = Math.min(Math.max(wanted.first, this.#first), sentEnd);
    const end = Math.max(first, Math.min(wanted.end, sentEnd));
    const rowHeight = heightOfRows(this.#region);
    return (
      <div>
        <LiveTable
          caption="Live connections"
          rows={this.#picked.slice(first - this.#first, end - this.#first)}
          firstIndex={first}
          total={this.#pickedCount}
          query={this.#query}
          now={this.#now}
          listPath={this.#listPath}
          connectionsPath={this.#region.dataset.connections ?? ''}
          noticeForm={this.#region.dataset.noticeForm ?? null}
          acts={this.#acts}
          live={{
            selected: this.#selection.ids,
            padTop: first * rowHeight,
            padBottom: Math.max(0, this.#pickedCount - end) * rowHeight,
            onSort: (sort) => this.#changeQuery(sortedBy(this.#query, sort)),
            onSelect: (id, state) => this.#selection.set(id, state),
          }}
        />
        {this.#pickedCount === 0 && <p class="live-empty">No connections match.</p>}
      </div>
    );
  }
}

function splitIds(ids = ''): string[] {
  return ids.split(' ').filter(Boolean);
}
