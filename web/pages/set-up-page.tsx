// First start: the page behind the one-time set-up link, on which the first operator creates an
// account. The link is the proof, so an email is enough; a password may wait.

import type { VNode } from 'preact';
import { NewPasswordField } from '../components/new-password-field.tsx';
import { Notice } from '../components/notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface SetUpProps {
  readonly frame: PageFrame;
  /** The path of the form, which contains the code. */
  readonly action: string;
  readonly email: string;
  readonly problems: Readonly<Partial<Record<'email' | 'password', string>>>;
}

export function SetUpPage({ frame, action, email, problems }: SetUpProps): VNode {
  const problem = problems.email === undefined ? {} : { problem: problems.email };
  return (
    <Document frame={frame} title="Set up" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>Set up {frame.brand}</h1>
          <p class="lead">You’ll be the operator, with a project you can connect to right away.</p>
        </div>
        {Object.keys(problems).length > 0 && <Notice tone="problem" title="Some fields need another look." />}
        <form class="stack" method="post" action={action}>
          <CsrfField frame={frame} />
          <TextField
            name="email"
            label="Email"
            type="email"
            autocomplete="username"
            value={email}
            focus="first"
            {...problem}
          />
          <details class="set-up-password" open={problems.password !== undefined}>
            <summary>Choose a password now</summary>
            <NewPasswordField name="password" label="Password" need="optional" problem={problems.password} />
          </details>
          <button class="button primary wide" type="submit">
            Create account
          </button>
          <p class="quiet">This link proves who you are. You can add a passkey or a password in the next minutes.</p>
        </form>
      </div>
    </Document>
  );
}
