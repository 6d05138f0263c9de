// Behind a reset link: the person chooses a new password and is signed in.

import type { VNode } from 'preact';
import { NewPasswordField } from '../components/new-password-field.tsx';
import { Notice } from '../components/notice.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ResetPasswordProps {
  readonly frame: PageFrame;
  /** The path of the form, which contains the token. */
  readonly action: string;
  readonly email: string;
  readonly problem: string | null;
}

export function ResetPasswordPage({ frame, action, email, problem }: ResetPasswordProps): VNode {
  return (
    <Document frame={frame} title="Choose a new password" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>Choose a new password</h1>
          <p class="lead">
            For <bdi>{email}</bdi>. Your other browsers are signed out, and your connections end.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title="Choose another password." />}
        <form class="stack" method="post" action={action}>
          <CsrfField frame={frame} />
          {/* For password managers. */}
          <input type="hidden" name="username" autocomplete="username" value={email} />
          <NewPasswordField name="password" label="New password" problem={problem} focus="first" />
          <button class="button primary wide" type="submit">
            Save and sign in
          </button>
        </form>
      </div>
    </Document>
  );
}
