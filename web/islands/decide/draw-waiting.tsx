// Renders connections that started to wait after the page was opened; loaded with the first of
// them.

import { render } from 'preact';
import { AlsoWaiting, type AlsoWaitingProps } from '../../components/approval/also-waiting.tsx';

/** NOTE: a tick applies to the connections that were listed; later ones need another tick. */
export function drawWaiting(place: HTMLElement, waiting: AlsoWaitingProps['waiting']): void {
  const known = new Set(
    [...place.querySelectorAll<HTMLInputElement>('input[name="waiting_id"]')].map(({ value }) => value),
  );
  const isTicked = place.querySelector<HTMLInputElement>('input[name="release_waiting"]')?.checked === true;
  // Replaces the server's rendering or an earlier list, whose tick must not remain.
  render(null, place);
  place.replaceChildren();
  render(<AlsoWaiting waiting={waiting} isTicked={isTicked && waiting.every(({ id }) => known.has(id))} />, place);
}
