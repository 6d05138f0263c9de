// Passkeys in the browser: the button on the pages that sign in, the browser's own offer in the
// email field, and the form that adds one. Everything else works without it.

import { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill } from '@simplewebauthn/browser';
import { addPasskey } from './passkeys/add-passkey.ts';
import { provePerson } from './passkeys/prove-person.ts';

/** Before the server's challenge is too old (pending-passkeys.ts). */
const OFFER_AGAIN_MS = 4 * 60_000;

const place = document.querySelector<HTMLElement>('[data-passkey]');
if (browserSupportsWebAuthn()) {
  if (place !== null) offerPasskey(place);
  addPasskey();
} else {
  // Their room was kept.
  for (const offer of document.querySelectorAll('[data-passkey], [data-passkey-new]')) offer.remove();
}

function offerPasskey(place: HTMLElement): void {
  const { csrf = '', next = '/', offers } = place.dataset;
  const button = place.querySelector<HTMLButtonElement>('[data-passkey-button]');
  place.hidden = false;
  button?.addEventListener('click', () => void prove('at_once'));
  if (offers === 'any') void offerInField();

  async function prove(how: 'at_once' | 'in_the_field'): Promise<void> {
    const proved = await provePerson({ csrf, next, how });
    if (proved.kind === 'signed_in') location.assign(proved.next);
    if (proved.kind === 'refused') say(proved.text);
  }

  async function offerInField(): Promise<void> {
    if (!(await browserSupportsWebAuthnAutofill())) return;
    setInterval(() => document.visibilityState === 'visible' && void prove('in_the_field'), OFFER_AGAIN_MS);
    await prove('in_the_field');
  }

  function say(text: string): void {
    const problem = place.querySelector<HTMLElement>('[data-passkey-problem]');
    if (problem === null) return;
    problem.textContent = text;
    problem.hidden = false;
  }
}
