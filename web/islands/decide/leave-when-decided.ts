// Leaves the page when the request was decided elsewhere or the terminal closed, and lists further
// connections of the terminal.

import { followEvents } from '../streams/follow-events.ts';

export function leaveWhenDecided(): void {
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
        void import('./draw-waiting.tsx').then(({ drawWaiting }) => drawWaiting(place, JSON.parse(data)));
    });
    events.addEventListener('decided', () => {
      decided.abort();
      location.replace(path);
    });
  });
}
