// First start: the page behind the one-time set-up link, on which the first operator creates an
// account.

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
  readonly name: string;
  readonly problems: Readonly<Partial<Record<'email' | 'name' | 'password', string>>>;
}

export function SetUpPage({ frame, action, email, name, problems }: SetUpProps): VNode {
  const problem = (field: 'email' | 'name') => (problems[field] === undefined ? {} : { problem: problems[field] });
  return (
    <Document frame={frame} title="Set up" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>Set up {frame.brand}</h1>
          <p class="lead">
            Make the first account. It runs this installation and owns a first project, ready for psql.
          </p>
        </div>
        {Object.keys(problems).length > 0 && <Notice tone="problem" title="Some fields need another look." />}
        <form class="stack" method="post" action={action}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Name" autocomplete="name" value={name} focus="first" {...problem('name')} />
          <TextField
            name="email"
            label="Email"
            type="email"
            autocomplete="username"
            value={email}
            {...problem('email')}
          />
          <NewPasswordField name="password" label="Password" problem={problems.password} />
          <button class="button primary wide" type="submit">
            Create account
          </button>
        </form>
      </div>
    </Document>
  );
}
