// A signed-in person authenticates again before an action that requires it.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { PasskeyChoice, type PasskeyPlaceView } from '../components/passkey-choice.tsx';
import { type SingleSignOn, SingleSignOnChoice } from '../components/single-sign-on.tsx';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface SignInAgainProps {
  readonly frame: PageFrame;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
  readonly email: string;
  /** False for people who only sign in through the identity provider. */
  readonly hasPassword: boolean;
  readonly problem: string | null;
  readonly singleSignOn: readonly SingleSignOn[];
  /** Null for people without a passkey. */
  readonly passkeys: PasskeyPlaceView | null;
}

export function SignInAgainPage(props: SignInAgainProps): VNode {
  const { frame, next, email, hasPassword, problem, singleSignOn, passkeys } = props;
  const islands = passkeys?.kind === 'here' ? ['passkeys'] : [];
  return (
    <Document frame={frame} title="Sign in again" width="narrow" islands={islands}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>Sign in again</h1>
          <p class="lead">
            This needs to know that it is still you, <bdi>{email}</bdi>. Then you are back where you were, with what you
            picked.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        {passkeys !== null && <PasskeyChoice frame={frame} next={next} place={passkeys} offers="own" />}
        <SingleSignOnChoice to={singleSignOn} hasOther={hasPassword} />
        {!hasPassword && passkeys === null && singleSignOn.length === 0 && <NoWayYet email={email} />}
        {hasPassword && (
          <form class="stack" method="post" action="/sign-in/again">
            <CsrfField frame={frame} />
            <input type="hidden" name="next" value={next} />
            <input type="email" name="email" value={email} autocomplete="username" readonly hidden />
            <TextField
              name="password"
              label={`Your ${frame.brand} password`}
              type="password"
              autocomplete="current-password"
              maxLength={1024}
              focus="first"
            />
            <button class="button primary wide" type="submit">
              Sign in again
            </button>
          </form>
        )}
      </div>
      <p class="foot">
        <a href={next}>Back without signing in</a>
      </p>
    </Document>
  );
}

/** Of somebody who came by the set-up link, and did not choose one in time. */
function NoWayYet({ email }: { readonly email: string }): VNode {
  return (
    <Notice tone="plain" title="You have no password or passkey yet">
      <span>
        Run <code>npm run postern -- user reset-link {email}</code> where Postern runs, or ask another operator for a
        sign-in link. It lets you choose a password.
      </span>
    </Notice>
  );
}
