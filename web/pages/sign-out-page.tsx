// Asks a person who has no way to sign in again, such as after the set-up link, before signing out.

import type { VNode } from 'preact';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

interface SignOutProps {
  readonly frame: PageFrame;
  /** Where to go afterwards: a path of this site. */
  readonly next: string;
}

export function SignOutPage({ frame, next }: SignOutProps): VNode {
  return (
    <Document frame={frame} title="Sign out" width="narrow">
      <div class="card stack">
        <div class="stack-tight">
          <h1>You couldn’t sign in again</h1>
          <p class="lead">
            You have no passkey and no password yet: only this browser knows you. Add one before you sign out.
          </p>
        </div>
        <a class="button primary wide" href="/app/me/security">
          Add a passkey
        </a>
        <a class="button plain wide" href="/app/me/profile#password">
          Set a password
        </a>
        <form class="stack-tight" method="post" action="/sign-out">
          <CsrfField frame={frame} />
          <input type="hidden" name="next" value={next} />
          <input type="hidden" name="sure" value="yes" />
          <button class="button plain ends wide" type="submit">
            Sign out anyway
          </button>
          <p class="quiet">Then an operator has to make you a new sign-in link.</p>
        </form>
      </div>
    </Document>
  );
}
