// Sign-in: email and password, or the identity provider where one is configured. Before there is
// anybody who could sign in, where the set-up link is.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { PasskeyChoice, type PasskeyPlaceView } from '../components/passkey-choice.tsx';
import { type SingleSignOn, SingleSignOnChoice } from '../components/single-sign-on.tsx';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface SignInProps {
  readonly frame: PageFrame;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  readonly email: string;
  readonly problem: string | null;
  /** True when the person comes from a login link. */
  readonly isForTerminal: boolean;
  readonly singleSignOn: readonly SingleSignOn[];
  /** Without a password an e-mail's domain leads to its provider. */
  readonly chooseByEmail: boolean;
  readonly passkeys: PasskeyPlaceView;
}

export function SignInPage(props: SignInProps): VNode {
  const { frame, next, email, problem, isForTerminal, singleSignOn, chooseByEmail, passkeys } = props;
  return (
    <Document frame={frame} title="Sign in" width="narrow" islands={passkeys.kind === 'here' ? ['passkeys'] : []}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>Sign in to {frame.brand}</h1>
          <p class="lead">
            {isForTerminal
              ? 'A terminal is waiting. Sign in to see who’s asking.'
              : 'Connect to your databases from any terminal, no passwords needed.'}
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        <SingleSignOnChoice to={singleSignOn} hasOther />
        <form class="stack" method="post" action="/sign-in">
          <CsrfField frame={frame} />
          <input type="hidden" name="next" value={next} />
          <TextField
            name="email"
            label="Email"
            type="email"
            autocomplete="username webauthn"
            value={email}
            {...(email === '' ? { focus: 'first' as const } : {})}
          />
          <TextField
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            maxLength={1024}
            {...(email === '' ? {} : { focus: 'first' as const })}
            {...(chooseByEmail && {
              need: 'optional' as const,
              help: 'Leave it empty to sign in at your organization.',
            })}
          />
          <button class="button primary wide" type="submit">
            Sign in
          </button>
        </form>
        <PasskeyChoice frame={frame} next={next} place={passkeys} offers="any" />
        <a class="quiet" href="/sign-in/forgot">
          Forgot password?
        </a>
      </div>
      <p class="foot">No account? Ask an organization admin for an invitation.</p>
    </Document>
  );
}

export function NotSetUpPage({ frame }: { readonly frame: PageFrame }): VNode {
  return (
    <Document frame={frame} title="Not set up yet" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>{frame.brand} is not set up yet</h1>
          <p class="lead">
            Open the set-up link to create the first account. It’s in the terminal that runs {frame.brand}.
          </p>
        </div>
        <p>
          Can’t find it? This prints it again: <code>npm run postern -- setup-link</code>
        </p>
      </div>
    </Document>
  );
}
