// Enhances the approval page: enables Approve after a moment, counts down, searches the list, and
// leaves the page when the terminal closed or the request was decided elsewhere. The page works
// without it.

import { decisionSummary } from './decide/decision-summary.ts';
import { searchPicker } from './decide/search-picker.ts';
import { followEvents } from './streams/follow-events.ts';

/** A click that was meant for the previous page must not approve (clickjacking, double click). */
const ARM_AFTER_MS = 500;
const TICK_MS = 1_000;
const SOON_SECONDS = 20;

armApprove();
countDown();
leaveWhenDecided();
const matchAccess = matchAccessToCompute();
const say = decisionSummary();
searchPicker(() => {
  matchAccess();
  say();
});

function armApprove(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-arm]');
  if (button === null) return;
  button.disabled = true;
  const arm = () =>
    setTimeout(() => {
      button.disabled = false;
    }, ARM_AFTER_MS);
  if (document.visibilityState === 'visible') arm();
  else document.addEventListener('visibilitychange', arm, { once: true });
}

function countDown(): void {
  const place = document.querySelector<HTMLElement>('[data-countdown]');
  if (place === null) return;
  const endsAt = performance.now() + Number(place.dataset.countdown);
  const show = () => {
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1_000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    place.toggleAttribute('data-soon', seconds <= SOON_SECONDS);
    if (seconds === 0) clearInterval(timer);
  };
  const timer = setInterval(show, TICK_MS);
  show();
}

function leaveWhenDecided(): void {
  const form = document.querySelector<HTMLElement>('[data-decide]');
  const path = form?.dataset.decide;
  if (!form || path === undefined) return;
  // The answer to the person's own decision is on its way, and an event must not interrupt it.
  const decided = new AbortController();
  form.addEventListener('submit', () => decided.abort());
  const place = document.querySelector<HTMLElement>('[data-also-waiting]');
  void followEvents(`${path}/events`, decided.signal, (events) => {
    events.addEventListener('waiting', ({ data }: MessageEvent<string>) => {
      // Written by our own server, so it has this type.
      if (place !== null)
        void import('./decide/draw-waiting.tsx').then(({ drawWaiting }) => drawWaiting(place, JSON.parse(data)));
    });
    events.addEventListener('decided', () => {
      decided.abort();
      location.replace(path);
    });
  });
}

/** Read-only is offered where the selected compute has a role for it. */
function matchAccessToCompute(): () => void {
  const readOnly = document.querySelector<HTMLInputElement>('input[name="access"][value="read_only"]');
  const readWrite = document.querySelector<HTMLInputElement>('input[name="access"][value="read_write"]');
  if (readOnly === null || readWrite === null) return () => {};
  const match = () => {
    const picked = document.querySelector<HTMLInputElement>('input[name="compute_id"]:checked');
    if (picked === null) return;
    readOnly.disabled = picked.dataset.readOnly !== 'offered';
    if (readOnly.disabled && readOnly.checked) readWrite.checked = true;
  };
  document.addEventListener('change', match);
  match();
  return match;
}
