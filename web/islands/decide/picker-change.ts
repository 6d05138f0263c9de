// Closes the list of projects once one is picked with the pointer. Arrow keys pick one after the
// other, so they leave it open; Escape closes it.

export function closeWhenPicked(): void {
  const picker = document.querySelector<HTMLElement>('[data-picker]');
  const change = picker?.querySelector<HTMLDetailsElement>('[data-picker-change]');
  if (!picker || !change) return;
  const hasPicked = () => picker.querySelector('input[name="compute_id"]:checked') !== null;
  picker.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('.choice') : null;
    // The click that a key makes has no count.
    if (row !== null && event.detail > 0 && hasPicked()) change.open = false;
  });
  picker.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !change.open || !hasPicked()) return;
    event.preventDefault();
    change.open = false;
    change.querySelector('summary')?.focus();
  });
}
