// Search and arrow keys over the list of computes.

/** Shows the search field, narrows the list while typing, and lets ArrowDown and Enter pick from it. */
export function searchPicker(): void {
  const box = document.querySelector<HTMLElement>('[data-picker-search]');
  const input = box?.querySelector('input');
  const count = box?.querySelector<HTMLElement>('[data-picker-count]');
  if (!box || !input || !count) return;
  box.hidden = false;
  input.addEventListener('input', () => {
    const shown = narrow(input.value);
    count.textContent = input.value === '' ? '' : shown === 1 ? '1 project' : `${shown} projects`;
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    const first = selectable()[0];
    if (first === undefined) return;
    first.checked = true;
    first.focus();
    first.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

function narrow(query: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const group of document.querySelectorAll<HTMLElement>('[data-picker-group]')) {
    const projects = [...group.querySelectorAll<HTMLElement>('[data-picker-project]')];
    for (const project of projects) {
      const text = `${group.querySelector('legend')?.textContent ?? ''} ${project.dataset.pickerProject} ${project.textContent}`;
      project.hidden = !words.every((word) => text.toLowerCase().includes(word));
    }
    const visible = projects.filter((project) => !project.hidden).length;
    group.hidden = visible === 0;
    shown += visible;
  }
  return shown;
}

function selectable(): HTMLInputElement[] {
  const inputs = [...document.querySelectorAll<HTMLInputElement>('input[name="compute_id"]:not(:disabled)')];
  return inputs.filter((input) => input.closest('[hidden]') === null);
}
