// Asks the browser for a passkey, and the server whether it signs the person in. A refusal is
// reported in words; somebody who closes the browser's dialog is told nothing.

import { startAuthentication } from '@simplewebauthn/browser';
import { postForm, type Said } from './post-form.ts';

interface Asking {
  readonly csrf: string;
  readonly next: string;
  /** The browser offers its passkeys in the email field, whenever the person gets there. */
  readonly how: 'at_once' | 'in_the_field';
}

export type Proved =
  | { readonly kind: 'signed_in'; readonly next: string }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'refused'; readonly text: string };

export async function provePerson({ csrf, next, how }: Asking): Promise<Proved> {
  const asked = await postForm('/sign-in/passkey/options', csrf, {});
  if (asked.kind === 'refused') return asked;
  const answer = await startAuthentication({
    // Written by our own server, so it has this type.
    optionsJSON: asked.body as Parameters<typeof startAuthentication>[0]['optionsJSON'],
    useBrowserAutofill: how === 'in_the_field',
  }).catch(() => null);
  if (answer === null) return { kind: 'canceled' };
  const said: Said = await postForm('/sign-in/passkey', csrf, { answer: JSON.stringify(answer), next });
  return said.kind === 'refused' ? said : { kind: 'signed_in', next: nextIn(said.body) };
}

function nextIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('next' in body) || typeof body.next !== 'string') return '/';
  return body.next;
}
