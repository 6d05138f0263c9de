// Enter approves and Escape denies, wherever the focus is, unless the key means something there.

export function decideByKeys(): void {
  document.addEventListener('keydown', (event) => {
    // NOTE: a key that is held down since the page before decides nothing.
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const focused = document.activeElement;
    if (event.key === 'Enter' && (focused === null || focused === document.body || focused.id === 'main')) {
      document.querySelector<HTMLButtonElement>('[data-approve]')?.click();
    }
    if (event.key === 'Escape' && !isMeantFor(focused)) {
      document.querySelector<HTMLButtonElement>('[data-deny]')?.click();
    }
  });
}

/** Escape closes a select and empties a search; in a field of text it denies nothing. */
function isMeantFor(focused: Element | null): boolean {
  if (focused instanceof HTMLSelectElement) return true;
  return focused instanceof HTMLInputElement && focused.type !== 'radio' && focused.type !== 'checkbox';
}
