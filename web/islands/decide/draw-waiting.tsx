// Renders connections that started to wait after the page was opened; loaded with the first of
// them.

import { render } from 'preact';
import { AlsoWaiting, type AlsoWaitingProps } from '../../components/approval/also-waiting.tsx';

/** NOTE: a tick applies to the connections that were listed; later ones need another tick. */
export function drawWaiting(
  place: HTMLElement,
  { opened, unopenedCount }: Pick<AlsoWaitingProps, 'opened' | 'unopenedCount'>,
): void {
  const known = new Set(
    [...place.querySelectorAll<HTMLInputElement>('input[name="waiting_id"]')].map(({ value }) => value),
  );
  const isTicked = place.querySelector<HTMLInputElement>('input[name="release_waiting"]')?.checked === true;
  const codes = place.querySelector<HTMLInputElement>('input[name="waiting_codes"]');
  const isTyping = codes !== null && document.activeElement === codes;
  const typedCodes = codes?.value ?? '';
  // Replaces the server's rendering or an earlier list, whose tick must not remain.
  render(null, place);
  place.replaceChildren();
  render(
    <AlsoWaiting
      opened={opened}
      // A field that somebody types into stays.
      unopenedCount={typedCodes === '' ? unopenedCount : Math.max(1, unopenedCount)}
      isTicked={isTicked && opened.every(({ id }) => known.has(id))}
      typedCodes={typedCodes}
    />,
    place,
  );
  if (isTyping) place.querySelector<HTMLInputElement>('input[name="waiting_codes"]')?.focus();
}
