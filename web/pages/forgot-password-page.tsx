// For people who forgot the password: asks for the email address, or says whom to ask where no mail
// can be sent; and what happens after asking, which is the same whoever asks.

import type { VNode } from 'preact';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ForgotPasswordProps {
  readonly frame: PageFrame;
  readonly email: string;
  readonly hasMail: boolean;
}

export function ForgotPasswordPage({ frame, email, hasMail }: ForgotPasswordProps): VNode {
  return (
    <Document frame={frame} title="Forgot password" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>Forgot your password?</h1>
          <p class="lead">
            {hasMail
              ? 'Enter your email address, and we’ll send you a link to choose a new one.'
              : 'Ask an operator of this installation for a reset link. It works once, within an hour.'}
          </p>
        </div>
        {hasMail ? (
          <form class="stack" method="post" action="/sign-in/forgot">
            <CsrfField frame={frame} />
            <TextField name="email" label="Email" type="email" autocomplete="username" value={email} focus="first" />
            <button class="button primary wide" type="submit">
              Send link
            </button>
          </form>
        ) : (
          <p>
            Operators make one in Operations → People, or on the server: <code>npm run postern -- user reset-link</code>{' '}
            and your email address.
          </p>
        )}
      </div>
      <p class="foot">
        <a href="/sign-in">Back to sign in</a>
      </p>
    </Document>
  );
}

export function CheckMailPage({ frame }: { readonly frame: PageFrame }): VNode {
  return (
    <Document frame={frame} title="Check your email" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>Check your email</h1>
          <p class="lead">If there’s an account with that address, a link to reset its password is on its way.</p>
        </div>
        <p>It works once, within an hour. Nothing there after a few minutes? Look in spam, or ask an operator.</p>
      </div>
      <p class="foot">
        <a href="/sign-in">Back to sign in</a>
      </p>
    </Document>
  );
}
