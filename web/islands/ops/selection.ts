// The ticked connections, including those out of view, the bar that appears for them, and the form
// that submits them.

import { listParam } from '../../components/ops/row-order.ts';

export class Selection {
  readonly ids = new Set<string>(
    [...document.querySelectorAll<HTMLInputElement>('input[name="connection"]:checked')].map(({ value }) => value),
  );
  readonly #onChange: () => void;
  readonly #notice = document.querySelector<HTMLFormElement>('.notice-form');
  #place = '';
  /** What was typed already is kept in sight. */
  #isTelling = (document.querySelector<HTMLInputElement>('#notice-text')?.value ?? '') !== '';

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    document.querySelector('[data-live-clear]')?.addEventListener('click', () => {
      this.ids.clear();
      this.#changed();
    });
    document.querySelector('[data-live-tell]')?.addEventListener('click', () => {
      this.#isTelling = true;
      this.#showBar();
      document.querySelector<HTMLInputElement>('#notice-text')?.focus();
    });
  }

  /** Where in the list the acts lead back to. */
  setPlace(place: string): void {
    this.#place = place;
    const field = document.querySelector<HTMLInputElement>('[data-live-place]');
    if (field !== null) field.value = place;
    this.#changed();
  }

  set(id: string, state: 'on' | 'off'): void {
    if (state === 'on') this.ids.add(id);
    else this.ids.delete(id);
    this.#changed();
  }

  /** Ticks all of them, or unticks them if all were ticked. */
  toggleAll(ids: readonly string[]): void {
    const areAll = ids.every((id) => this.ids.has(id));
    for (const id of ids) {
      if (areAll) this.ids.delete(id);
      else this.ids.add(id);
    }
    this.#changed();
  }

  #changed(): void {
    const list = document.querySelector<HTMLInputElement>('[data-live-picked]');
    const count = document.querySelector('[data-live-picked-count]');
    if (list !== null) list.value = [...this.ids].join(',');
    if (count !== null) count.textContent = this.ids.size === 0 ? '' : `(${this.ids.size.toLocaleString('en-US')})`;
    this.#showBar();
    this.#onChange();
  }

  #showBar(): void {
    const bar = document.querySelector<HTMLElement>('[data-live-bar]');
    const count = bar?.querySelector('[data-live-bar-count]');
    const end = bar?.querySelector<HTMLAnchorElement>('[data-live-end]');
    if (bar) bar.hidden = this.ids.size === 0;
    if (this.ids.size === 0 && bar) this.#isTelling = false;
    if (this.#notice) this.#notice.hidden = !this.#isTelling;
    if (count) count.textContent = this.ids.size.toLocaleString('en-US');
    if (!end) return;
    // One more than may end at once says it as well as thousands, which no address holds.
    const ids = [...this.ids].slice(0, 101).join(',');
    end.href = `${end.dataset.liveEnd}?connections=${ids}${listParam('&', this.#place)}`;
  }
}
