// Search and arrow keys for the list of computes. A complete list is filtered here; for a longer
// one the server searches, and its results replace the list.

import { type PickerCounts, pickerCountInWords } from '../../components/picker-count.ts';

/** Milliseconds between the last key and the request. */
const ASK_AFTER_MS = 150;

/** The selection is always visible: a target that a search hides is deselected. */
export function searchPicker(changed: () => void): void {
  const box = document.querySelector<HTMLElement>('[data-picker-search]');
  const list = document.querySelector<HTMLElement>('[data-picker-list]');
  const input = box?.querySelector('input');
  const count = box?.querySelector<HTMLElement>('[data-picker-count]');
  if (!box || !list || !input || !count) return;
  box.querySelector<HTMLElement>('[data-picker-send]')?.setAttribute('hidden', '');
  const place = box.dataset.pickerSearch ?? '';
  const found = (counts: PickerCounts) => {
    count.textContent = pickerCountInWords(counts);
    changed();
  };
  const search = place === 'here' ? () => found(narrow(input.value)) : askingFor(`${place}/targets`, list, found);
  input.addEventListener('input', () => search(input.value));
  steer(input, list);
}

function narrow(query: string): PickerCounts {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const before = document.querySelector<HTMLInputElement>('input[name="compute_id"]:checked');
  let shown = 0;
  for (const group of document.querySelectorAll<HTMLElement>('[data-picker-group]')) {
    const projects = [...group.querySelectorAll<HTMLElement>('[data-picker-project]')];
    for (const project of projects) {
      const text = `${project.dataset.pickerProject} ${project.textContent}`.toLowerCase();
      project.hidden = !words.every((word) => text.includes(word));
      if (!project.hidden) shown += project.querySelectorAll('input').length;
    }
    group.hidden = projects.every((project) => project.hidden);
  }
  if (before !== null && before.closest('[hidden]') !== null) before.checked = false;
  return { listedCount: shown, foundCount: shown };
}

function askingFor(path: string, list: HTMLElement, found: (counts: PickerCounts) => void): (query: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();
  const ask = async (query: string, signal: AbortSignal) => {
    const [answer, { drawTargets }] = await Promise.all([
      fetch(`${path}?find=${encodeURIComponent(query)}`, { signal }),
      import('./draw-targets.tsx'),
    ]);
    if (!answer.ok) return;
    // Written by our own server, so it has this type.
    const targets: Parameters<typeof drawTargets>[1] = await answer.json();
    if (signal.aborted) return;
    drawTargets(list, targets);
    found(targets);
  };
  return (query) => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    // A failed request leaves the list as it is; the next key asks again.
    timer = setTimeout(() => void ask(query, signal).catch(() => {}), ASK_AFTER_MS);
  };
}

/**
 * ArrowDown or Enter move from the field into the list; ArrowUp on the first row or typing move
 * back.
 */
function steer(input: HTMLInputElement, list: HTMLElement): void {
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    const first = selectable(list)[0];
    if (first === undefined) return;
    first.checked = true;
    first.focus();
    first.dispatchEvent(new Event('change', { bubbles: true }));
  });
  list.addEventListener('keydown', (event) => {
    const isTyping = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isLeaving = event.key === 'ArrowUp' && event.target === selectable(list)[0];
    if (isLeaving) event.preventDefault();
    // The letter is typed into the element that has the focus by then.
    if (isTyping || isLeaving) input.focus();
  });
}

function selectable(list: HTMLElement): HTMLInputElement[] {
  const inputs = [...list.querySelectorAll<HTMLInputElement>('input[name="compute_id"]:not(:disabled)')];
  return inputs.filter((input) => input.closest('[hidden]') === null);
}
