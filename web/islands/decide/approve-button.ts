// Approve: filled in while the page is not armed, and while something is missing saying what. It
// keeps its place in the tab order and its clicks meanwhile, but does not send the form.

import { type Arming, mayDecide, watchArming } from '../arming/arming.ts';

/** Returns a function that looks again at what is missing. */
export function readyApprove(): () => void {
  const button = document.querySelector<HTMLButtonElement>('[data-approve]');
  const label = button?.querySelector<HTMLElement>('[data-approve-label]');
  const note = document.querySelector<HTMLElement>('[data-decide-note]');
  if (!button || !label || !note) return () => {};
  const ready = label.textContent;
  let arming: Arming = 'away';
  const show = () => {
    const missing = findMissing();
    label.textContent = missing?.label ?? ready;
    button.toggleAttribute('data-missing', missing !== null);
    if (arming === 'armed') button.removeAttribute('data-arming');
    else button.dataset.arming = arming;
    if (arming === 'armed' && missing === null) button.removeAttribute('aria-disabled');
    else button.setAttribute('aria-disabled', 'true');
  };
  button.addEventListener('click', (event) => {
    const missing = findMissing();
    if (missing === null && mayDecide()) return;
    event.preventDefault();
    if (missing !== null) missing.field?.focus();
    else note.textContent = 'That was quick. Look at the code, then choose Approve.';
  });
  document.addEventListener('input', show);
  document.addEventListener('change', show);
  watchArming((next) => {
    arming = next;
    show();
    if (arming === 'armed') note.textContent = '';
  });
  return show;
}

interface Missing {
  readonly label: string;
  /** Where it can be given. */
  readonly field: HTMLElement | null;
}

function findMissing(): Missing | null {
  const code = document.querySelector<HTMLInputElement>('[data-code]');
  if (code !== null && code.value.replace(/[^a-z]/gi, '').length < 8) {
    return { label: 'Type the code to approve', field: code };
  }
  if (document.querySelector('input[name="compute_id"]:checked') === null) {
    const field = document.querySelector<HTMLElement>('#picker-search, input[name="compute_id"]:not(:disabled)');
    return { label: 'Choose a project first', field };
  }
  const write = document.querySelector<HTMLInputElement>('[data-confirm-write]');
  if (write !== null && write.offsetParent !== null && !/^\s*prod(uction)?\s*$/i.test(write.value)) {
    return { label: 'Type prod to approve', field: write };
  }
  return null;
}
