// Keeps the list of live connections up to date: asks the server for the rows around the view, and
// renders those in view, at most once per frame and unchanged while paused.

import { render } from 'preact';
import { LiveFigures } from '../../components/ops/live-figures.tsx';
import { LiveChips } from '../../components/ops/live-filters.tsx';
import { ROW_ACTS, type RowAct } from '../../components/ops/live-menu.tsx';
import { queryString, type RowQuery } from '../../components/ops/row-order.ts';
import { shownOfAll } from '../../components/ops/words.ts';
import { chooseColumns } from './columns.ts';
import { readQuery, readSearch, showSearch, whenSearchChanges } from './filters.ts';
import { KnownRows } from './known-rows.ts';
import { LivePanel } from './live-panel.ts';
import { type RowRange, rowsToAsk, rowsToDraw } from './row-window.ts';
import { Selection } from './selection.ts';
import { type Delta, LiveStream, type Whole } from './stream.ts';
import { TableInView } from './table-in-view.tsx';

/** The least time between announcements, so that a screen reader is not flooded. */
const ANNOUNCE_EVERY_MS = 10_000;
/** How long somebody stops typing or scrolling before the server is asked. */
const ASK_AFTER_MS = 120;

export class LiveList {
  readonly #region: HTMLElement;
  readonly #listPath: string;
  readonly #acts: readonly RowAct[];
  readonly #known = new KnownRows();
  readonly #selection = new Selection(() => this.#drawSoon());
  readonly #stream = new LiveStream({
    whole: (event) => this.#replace(event),
    delta: (event) => this.#change(event),
    away: (words) => this.#say(words),
  });
  readonly #panel: LivePanel;
  #query: RowQuery = readQuery();
  #asked: RowRange = { first: 0, end: 0 };
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
    const all = (selector: string) => document.querySelectorAll<HTMLElement>(selector);
    for (const element of all('[data-live-controls]')) element.hidden = false;
    for (const element of all('[data-live-pages], [data-live-apply]')) element.hidden = true;
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
    this.#known.pick(query);
    this.#drawSoon();
    this.#askSoon();
  }

  #showPlace(): void {
    history.replaceState(null, '', this.#listPath + this.#panel.withOpen(queryString(this.#query)));
  }

  #viewMoved(): void {
    this.#drawSoon();
    const { first, end } = rowsToDraw(this.#region, this.#known.pickedCount);
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
    this.#known.replace(event);
    this.#tookNews();
  }

  /** While it is paused the list stands still; going on asks for the whole. */
  #change(event: Delta): void {
    if (this.#isPaused) return;
    this.#known.change(event);
    this.#tookNews();
  }

  #tookNews(): void {
    this.#known.pick(this.#query);
    // A list that grew may now fill more of the view.
    this.#viewMoved();
    if (this.#isAnnouncementDue || performance.now() - this.#announcedAt > ANNOUNCE_EVERY_MS) this.#announce();
  }

  #openedAnother(): void {
    this.#known.open(this.#panel.id);
    this.#showPlace();
    this.#drawSoon();
    this.#ask();
  }

  #announce(): void {
    this.#isAnnouncementDue = false;
    this.#announcedAt = performance.now();
    const { pickedCount, counts } = this.#known;
    this.#say(shownOfAll(pickedCount, counts.live + counts.waiting));
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
    const parts = { region: this.#region, known: this.#known, selection: this.#selection, query: this.#query };
    const onQuery = (query: RowQuery) => this.#changeQuery(query);
    render(<TableInView {...parts} acts={this.#acts} listPath={this.#listPath} onQuery={onQuery} />, this.#region);
    // The focused row is gone: keep the focus in the list instead of at the top of the page.
    if (hadFocus && !this.#region.contains(document.activeElement)) this.#region.focus({ preventScroll: true });
    this.#drawChips();
    const { opened, now, counts, nodes } = this.#known;
    void this.#panel.draw(opened, now).catch(() => this.#say('The connection cannot be shown. Open its page.'));
    const figures = document.querySelector('[data-live-figures]');
    if (figures !== null) render(<LiveFigures counts={counts} nodes={nodes} now={now} />, figures);
  }

  #drawChips(): void {
    const chips = document.querySelector<HTMLElement>('[data-live-chips]');
    if (chips === null) return;
    const known = this.#known.nodes.map(({ id }) => id);
    const nodeIds = known.length > 0 ? known : (chips.dataset.nodes ?? '').split(' ').filter(Boolean);
    const onSearch = (search: string) => this.#changeQuery({ ...this.#query, search });
    render(<LiveChips query={this.#query} nodeIds={nodeIds} listPath={this.#listPath} onSearch={onSearch} />, chips);
  }
}
