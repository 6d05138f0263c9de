// The buttons of pages to which a stranger can lead a person, and which give something away.

import { mayDecide, watchArming } from './arming.ts';

/** They keep their place in the tab order and their clicks before, but do not send the form. */
export function armButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-armed]')) arm(button);
}

function arm(button: HTMLButtonElement): void {
  const note = document.createElement('p');
  note.className = 'decide-note';
  note.setAttribute('role', 'status');
  watchArming((arming) => {
    if (arming !== 'armed') return button.setAttribute('aria-disabled', 'true');
    button.removeAttribute('aria-disabled');
    note.textContent = '';
  });
  button.addEventListener('click', (event) => {
    if (mayDecide()) return;
    event.preventDefault();
    (button.closest('.form-foot, .buttons, .decide-pair') ?? button).after(note);
    note.textContent = 'That was quick. Read the page, then press it again.';
  });
}
