// The form that adds a passkey: the browser makes it before the form is sent.

import { startRegistration } from '@simplewebauthn/browser';
import { postForm } from './post-form.ts';

export function addPasskey(): void {
  const form = document.querySelector<HTMLFormElement>('[data-passkey-new]');
  const field = form?.querySelector<HTMLInputElement>('input[name="passkey_secret"]');
  const csrf = form?.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value;
  if (!form || !field || csrf === undefined) return;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    if (field.value !== '') return;
    event.preventDefault();
    void makeOne(csrf).then((made) => {
      if (made.kind === 'refused') return say(form, made.text);
      field.value = made.answer;
      form.submit();
    });
  });
}

type Made = { readonly kind: 'made'; readonly answer: string } | { readonly kind: 'refused'; readonly text: string };

async function makeOne(csrf: string): Promise<Made> {
  const asked = await postForm('/sign-in/passkey/new', csrf, {});
  if (asked.kind === 'refused') return asked;
  try {
    // Written by our own server, so it has this type.
    const optionsJSON = asked.body as Parameters<typeof startRegistration>[0]['optionsJSON'];
    return { kind: 'made', answer: JSON.stringify(await startRegistration({ optionsJSON })) };
  } catch (error) {
    const isKnown = error instanceof Error && error.name === 'InvalidStateError';
    return {
      kind: 'refused',
      text: isKnown ? 'This device has a passkey for you already.' : 'No passkey was added.',
    };
  }
}

function say(form: HTMLElement, text: string): void {
  const problem = form.querySelector<HTMLElement>('[data-passkey-problem]');
  if (problem === null) return;
  problem.textContent = text;
  problem.hidden = false;
}
