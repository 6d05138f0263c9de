// Ctrl-K, or a click on Search, opens a field over the page: projects, people, pages, actions. The
// server finds them; arrow keys choose, Enter goes there. Without script Search is a page.

interface Hit {
  readonly kind: string;
  readonly label: string;
  readonly detail: string | null;
  readonly href: string;
}

const WAIT_MS = 120;
const KINDS: Readonly<Record<string, string>> = {
  project: 'Project',
  person: 'Person',
  action: 'Action',
  page: 'Page',
};

export function openFinder(): void {
  const button = document.querySelector<HTMLAnchorElement>('[data-finder]');
  if (button === null) return;
  let finder: Finder | null = null;
  const open = () => {
    finder ??= new Finder();
    finder.open();
  };
  button.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}

class Finder {
  readonly #dialog = element('dialog', { class: 'finder', 'aria-label': 'Search' });
  readonly #field = element('input', {
    class: 'finder-field',
    type: 'text',
    role: 'combobox',
    placeholder: 'Projects, people, pages, actions',
    'aria-label': 'Projects, people, pages, actions',
    'aria-expanded': 'true',
    'aria-controls': 'finder-hits',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: '100',
  });
  readonly #list = element('ul', { class: 'finder-hits', id: 'finder-hits', role: 'listbox', 'aria-label': 'Found' });
  readonly #nothing = element('p', { class: 'finder-nothing', role: 'status' });
  #picked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = '';
  /** What the hits in the list answer. */
  #shown: string | null = null;

  constructor() {
    this.#dialog.append(this.#field, this.#list, this.#nothing);
    document.body.append(this.#dialog);
    this.#field.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#find(), WAIT_MS);
    });
    this.#field.addEventListener('keydown', (event) => this.#move(event));
    // The dialog itself is clicked only beside its content.
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#field.select();
    void this.#find();
  }

  async #find(): Promise<void> {
    const search = this.#field.value.trim();
    this.#asked = search;
    const path = `/search?${new URLSearchParams({ q: search })}`;
    const answer = await fetch(path, { headers: { Accept: 'application/json' } }).catch(() => null);
    // Signed out, or the node is away: the page says so.
    if (!answer?.ok || answer.redirected) return location.assign(path);
    const hits: readonly Hit[] = await answer.json();
    // A slower answer to what was typed before.
    if (this.#asked === search) this.#show(hits, search);
  }

  #show(hits: readonly Hit[], search: string): void {
    this.#list.replaceChildren(...hits.map(itemOf));
    this.#nothing.textContent = hits.length === 0 ? `Nothing found for \u201c${search}\u201d.` : '';
    this.#shown = search;
    this.#pick(0);
  }

  /** A fast typist presses Enter before the hits are there. */
  async #go(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#shown !== this.#field.value.trim()) await this.#find();
    this.#list.children[this.#picked]?.querySelector('a')?.click();
  }

  #pick(index: number): void {
    const items = [...this.#list.children];
    this.#picked = items.length === 0 ? 0 : (index + items.length) % items.length;
    for (const [at, item] of items.entries()) item.setAttribute('aria-selected', String(at === this.#picked));
    const item = items[this.#picked];
    item?.scrollIntoView({ block: 'nearest' });
    this.#field.setAttribute('aria-activedescendant', item?.id ?? '');
  }

  #move(event: KeyboardEvent): void {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        event.preventDefault();
        this.#pick(this.#picked + (event.key === 'ArrowDown' ? 1 : -1));
        break;
      case 'Enter':
        event.preventDefault();
        void this.#go();
        break;
    }
  }
}

function itemOf({ kind, label, detail, href }: Hit, index: number): HTMLElement {
  const item = element('li', { id: `finder-hit-${index}`, role: 'option' });
  const link = element('a', { class: 'hit', href, tabindex: '-1' });
  const name = element('bdi', {});
  name.textContent = label;
  const place = element('bdi', { class: 'quiet-text' });
  place.textContent = detail ?? '';
  const what = element('span', { class: 'hit-kind' });
  what.textContent = KINDS[kind] ?? '';
  link.append(name, place, what);
  item.append(link);
  return item;
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
