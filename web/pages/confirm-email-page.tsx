// Behind the link that was mailed to a new address: one button makes it the person's.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface ConfirmEmailProps {
  readonly frame: PageFrame;
  /** The path of the form, which contains the token. */
  readonly action: string;
  readonly from: string;
  readonly email: string;
  readonly problem: string | null;
}

export function ConfirmEmailPage({ frame, action, from, email, problem }: ConfirmEmailProps): VNode {
  return (
    <Document frame={frame} title="Confirm your email address" width="narrow" islands={['decide']}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>Use this address?</h1>
          <p class="lead">
            You’ll sign in as <bdi>{email}</bdi> instead of <bdi>{from}</bdi>. Your other browsers are signed out.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        <form method="post" action={action}>
          <CsrfField frame={frame} />
          <button class="button primary wide" type="submit" data-armed>
            <span>
              Use <bdi>{email}</bdi>
            </span>
          </button>
        </form>
      </div>
      <p class="foot">
        <a href="/app/me/profile">Keep the old one</a>
      </p>
    </Document>
  );
}
