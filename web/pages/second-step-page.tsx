// The second step of a sign-in: a code of the person's app, a recovery code, or a passkey.

import type { VNode } from 'preact';
import { Notice } from '../components/notice.tsx';
import { PasskeyChoice, type PasskeyPlaceView } from '../components/passkey-choice.tsx';
import { TextField } from '../components/text-field.tsx';
import { CsrfField } from '../layout/csrf-field.tsx';
import { Document } from '../layout/document.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface SecondStepProps {
  readonly frame: PageFrame;
  readonly email: string;
  readonly next: string;
  readonly hasOneTimeCodes: boolean;
  readonly recoveryCodesLeft: number;
  /** Null for people without a passkey. */
  readonly passkeys: PasskeyPlaceView | null;
  readonly problem: string | null;
}

export function SecondStepPage(props: SecondStepProps): VNode {
  const { frame, email, next, hasOneTimeCodes, recoveryCodesLeft, passkeys, problem } = props;
  const islands = passkeys?.kind === 'here' ? ['passkeys'] : [];
  return (
    <Document frame={frame} title="One more step" width="narrow" islands={islands}>
      <div class="card stack">
        <div class="stack-tight">
          <h1>One more step</h1>
          <p class="lead">
            That was right, <bdi>{email}</bdi>. Now show that it’s you.
          </p>
        </div>
        {problem !== null && <Notice tone="problem" title={problem} />}
        {passkeys !== null && <PasskeyChoice frame={frame} next={next} place={passkeys} offers="own" />}
        <form class="stack" method="post" action="/sign-in/second-step">
          <CsrfField frame={frame} />
          <TextField
            name="second_step_secret"
            label={hasOneTimeCodes ? 'One-time code' : 'Recovery code'}
            help={helpOf(props)}
            autocomplete="one-time-code"
            maxLength={64}
            focus="first"
          />
          <button class="button primary wide" type="submit">
            Sign in
          </button>
        </form>
      </div>
      <p class="foot">
        {recoveryCodesLeft === 0 ? 'No recovery codes are left. ' : ''}
        No way in? Ask an operator for a reset link.
      </p>
    </Document>
  );
}

function helpOf({ hasOneTimeCodes, recoveryCodesLeft }: SecondStepProps): string {
  if (!hasOneTimeCodes) return 'One of those that you wrote down, if your passkey isn’t at hand.';
  return recoveryCodesLeft > 0
    ? 'The six digits in your authenticator app, or one of your recovery codes.'
    : 'The six digits in your authenticator app.';
}
