// The panel beside the list: opened by a row's name, kept up to date while it is open, and part of
// the page's address, so that acts lead back to it.

import type { RowAct } from '../../components/ops/live-menu.tsx';
import type { LiveRow } from '../../components/ops/live-row.ts';

interface PanelParts {
  readonly region: HTMLElement;
  readonly acts: readonly RowAct[];
  /** The list's place in its address: `?search=…`. */
  readonly place: () => string;
  /** Another connection is open now, or none. */
  readonly onChange: () => void;
}

export class LivePanel {
  readonly #parts: PanelParts;
  readonly #head = document.createElement('div');
  readonly #forms = document.createElement('div');
  readonly #panel = document.createElement('section');
  #id: string | null;
  #drawnId: string | null = null;
  #returnTo: HTMLElement | null = null;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#id = new URLSearchParams(location.search).get('open');
    this.#panel.className = 'live-panel';
    this.#panel.setAttribute('aria-label', 'Connection');
    this.#panel.hidden = true;
    this.#panel.append(this.#head, this.#forms);
    document.querySelector('main')?.append(this.#panel);
    parts.region.addEventListener('click', (event) => this.#openFrom(event));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#id !== null) this.#open(null);
    });
  }

  /** Null while the panel is closed. */
  get id(): string | null {
    return this.#id;
  }

  /** `open=…`, for the addresses of the list and of its stream. */
  withOpen(place: string): string {
    if (this.#id === null) return place;
    return `${place}${place === '' ? '?' : '&'}open=${encodeURIComponent(this.#id)}`;
  }

  /** With the row as it is now; null: it is over, or the search has passed it by. */
  async draw(row: LiveRow | null, now: number): Promise<void> {
    this.#panel.hidden = this.#id === null;
    if (this.#id === null) return;
    const { drawHead, drawActs } = await import('./draw-panel.tsx');
    const { acts, region, place } = this.#parts;
    const connectionsPath = region.dataset.connections ?? '';
    const onClose = () => this.#open(null);
    drawHead(this.#head, { row, now, href: `${connectionsPath}/${this.#id}`, onClose });
    this.#forms.hidden = row === null;
    // Once, so that what is typed stays.
    if (row === null || this.#drawnId === row.id) return;
    this.#drawnId = row.id;
    const places = { open: this.withOpen(place()), closed: place() };
    const frame = { csrfToken: document.querySelector<HTMLInputElement>('[name="csrf_token"]')?.value ?? '' };
    drawActs(this.#forms, { row, frame, acts, connectionsPath, places });
    if (this.#returnTo !== null) this.#head.querySelector('h2')?.focus();
  }

  #openFrom(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('.of-who a') : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.#returnTo = link;
    this.#open(new URL(link.href).pathname.split('/').at(-1) ?? null);
  }

  #open(id: string | null): void {
    this.#id = id;
    if (id === null) {
      this.#drawnId = null;
      this.#panel.hidden = true;
      this.#returnTo?.focus();
    }
    this.#parts.onChange();
  }
}
