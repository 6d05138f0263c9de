// Where the picked compute asks for a fresh sign-in, a touch of a passkey gives it before the form
// is sent. Without one the form leads to the page that signs in again.

export function touchFirst(): void {
  const form = document.querySelector<HTMLFormElement>('[data-decide][data-passkey-here]');
  const csrf = form?.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value;
  if (!form || csrf === undefined) return;
  let isAsked = false;
  form.addEventListener('submit', (event) => {
    const { submitter } = event;
    const asks = form.querySelector('input[name="compute_id"][data-asks-to-sign-in]:checked') !== null;
    if (isAsked || !asks || submitter?.hasAttribute('data-approve') !== true) return;
    isAsked = true;
    event.preventDefault();
    void import('../passkeys/prove-person.ts')
      .then(({ provePerson }) => provePerson({ csrf, next: '/', how: 'at_once' }))
      .finally(() => form.requestSubmit(submitter));
  });
}
