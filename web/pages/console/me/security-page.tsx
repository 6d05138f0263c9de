// How the person signs in besides the password: passkeys, one-time codes, recovery codes.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import type { PasskeyPlaceView } from '../../../components/passkey-choice.tsx';
import { type PasskeyRow, PasskeysPanel } from './passkeys-panel.tsx';

export interface SecurityProps extends ConsoleProps {
  readonly path: string;
  /** Null when the sign-in is recent enough to change anything here. */
  readonly signInAgainPath: string | null;
  /** Null for a person who came by themselves; else an organization asked for a second factor. */
  readonly onward:
    | { readonly step: 'go_on' | 'sign_in'; readonly href: string }
    /** The query with which forms lead on. */
    | { readonly step: 'add'; readonly query: string }
    | null;
  readonly place: PasskeyPlaceView;
  readonly passkeys: readonly PasskeyRow[];
  /** As typed into a form that was refused. */
  readonly newName: string;
  readonly hasOneTimeCodes: boolean;
  readonly recoveryCodesLeft: number;
  readonly now: Date;
}

export function SecurityPage(props: SecurityProps): VNode {
  const { frame, view, signInAgainPath } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Security" islands={['passkeys']}>
      {props.onward !== null && <Onward onward={props.onward} />}
      {signInAgainPath !== null && (
        <div class="notice plain">
          <strong>To change anything here, sign in again.</strong>
          <a class="button plain" href={signInAgainPath}>
            Sign in again
          </a>
        </div>
      )}
      <PasskeysPanel {...props} query={queryOf(props)} mayChange={signInAgainPath === null} />
      <OneTimeCodesPanel {...props} />
      <RecoveryCodesPanel {...props} />
    </ConsolePage>
  );
}

function Onward({ onward }: { readonly onward: NonNullable<SecurityProps['onward']> }): VNode {
  if (onward.step === 'add') {
    return (
      <div class="notice caution">
        <strong>Add a second factor to go on</strong>
        <span>A passkey or one-time codes: one is enough. Then you get back to where you were.</span>
      </div>
    );
  }
  const isDone = onward.step === 'go_on';
  return (
    <div class="notice plain">
      <strong>{isDone ? 'You have what was asked for.' : 'This browser signed in without your second factor.'}</strong>
      <a class="button primary" href={onward.href}>
        {isDone ? 'Go on' : 'Sign in with it'}
      </a>
    </div>
  );
}

function queryOf({ onward }: SecurityProps): string {
  return onward?.step === 'add' ? onward.query : '';
}

function OneTimeCodesPanel(props: SecurityProps): VNode {
  const { frame, path, signInAgainPath, hasOneTimeCodes } = props;
  return (
    <Panel
      id="one-time-codes"
      title="One-time codes"
      lead={
        hasOneTimeCodes
          ? 'On: after your password, you’re asked for a code from your authenticator app.'
          : 'Off. An authenticator app shows six digits that change every 30 seconds; you type them after your password.'
      }
    >
      {signInAgainPath === null &&
        (hasOneTimeCodes ? (
          <a class="button plain" href={`${path}/one-time-codes/off`}>
            Turn off…
          </a>
        ) : (
          <PostButton
            frame={frame}
            action={`${path}/one-time-codes/begin${queryOf(props)}`}
            label="Turn on"
            look="plain"
          />
        ))}
    </Panel>
  );
}

function RecoveryCodesPanel(props: SecurityProps): VNode | null {
  const { frame, path, signInAgainPath, hasOneTimeCodes, passkeys, recoveryCodesLeft } = props;
  if (!hasOneTimeCodes && passkeys.length === 0) return null;
  return (
    <Panel
      id="recovery-codes"
      title="Recovery codes"
      lead={`${recoveryCodesLeft} left. Each signs you in once, after your password, when you don’t have your passkey or app.`}
    >
      {signInAgainPath === null && (
        <PostButton frame={frame} action={`${path}/recovery-codes`} label="Make new codes" look="plain" />
      )}
    </Panel>
  );
}
