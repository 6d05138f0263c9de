// More time to decide without leaving the page, so that what is typed stays.

import { setTimeLeft } from './times.ts';

export function moreTime(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-more-time]');
  const note = document.querySelector<HTMLElement>('[data-decide-note]');
  const form = button?.form;
  if (!button || !note || !form) return;
  button.addEventListener('click', (event) => {
    event.preventDefault();
    if (button.hasAttribute('aria-disabled')) return;
    button.setAttribute('aria-disabled', 'true');
    void askForMore(form)
      .then(({ remaining_ms: remainingMs, life_ms: lifeMs, more }) => {
        setTimeLeft(remainingMs, lifeMs);
        note.textContent = 'You have 2 more minutes.';
        button.removeAttribute('aria-disabled');
        button.hidden = !more;
      })
      // The server says why on its own page.
      .catch(() => location.reload());
  });
}

interface TimeLeft {
  readonly remaining_ms: number;
  readonly life_ms: number;
  readonly more: boolean;
}

async function askForMore(form: HTMLFormElement): Promise<TimeLeft> {
  const csrf = form.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value ?? '';
  const answer = await fetch(form.action, {
    method: 'POST',
    body: new URLSearchParams({ csrf_token: csrf, decision: 'more_time' }),
    headers: { accept: 'application/json' },
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  // Written by our own server, so it has this type.
  return await answer.json();
}
