// The ticked connections, including those out of view, and the form that submits them.

export class Selection {
  readonly ids = new Set<string>(
    [...document.querySelectorAll<HTMLInputElement>('input[name="connection"]:checked')].map(({ value }) => value),
  );
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
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
    this.#onChange();
  }
}
