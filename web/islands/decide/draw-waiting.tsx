// Draws the connections that began to wait after the page was opened; loaded with the first of them.

import { render } from 'preact';
import { AlsoWaiting, type AlsoWaitingProps } from '../../components/approval/also-waiting.tsx';

/** NOTE: who ticked did so for what was listed: whoever comes later is let in by another tick only. */
export function drawWaiting(place: HTMLElement, waiting: AlsoWaitingProps['waiting']): void {
  const known = new Set(
    [...place.querySelectorAll<HTMLInputElement>('input[name="waiting_id"]')].map(({ value }) => value),
  );
  const isTicked = place.querySelector<HTMLInputElement>('input[name="release_waiting"]')?.checked === true;
  // What the server drew, or an earlier list: a tick must not outlive it.
  render(null, place);
  place.replaceChildren();
  render(<AlsoWaiting waiting={waiting} isTicked={isTicked && waiting.every(({ id }) => known.has(id))} />, place);
}
