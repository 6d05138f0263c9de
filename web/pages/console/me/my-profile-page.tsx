// The person's own name, email address and password.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Panel } from '../../../components/console/panel.tsx';
import { NewPasswordField } from '../../../components/new-password-field.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import { IdentitiesPanel, type IdentitiesProps } from './identities-panel.tsx';

export interface MyProfileProps extends ConsoleProps {
  readonly path: string;
  readonly name: string;
  readonly email: string;
  /** `none`: not chosen yet. */
  readonly password: 'set' | 'none' | 'at_provider';
  readonly isEmailVerified: boolean;
  /** As typed into a form that was refused. */
  readonly newEmail: string;
  readonly hasMail: boolean;
  /** Null without a provider. */
  readonly identities: IdentitiesProps['identities'] | null;
  readonly now: Date;
}

export function MyProfilePage(props: MyProfileProps): VNode {
  const { frame, view, path, name, password } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Profile">
      <Panel id="you" title="You">
        <form class="field-row" method="post" action={path}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Name" value={name} autocomplete="name" maxLength={100} />
          <button class="button plain" type="submit">
            Save name
          </button>
        </form>
      </Panel>
      <EmailPanel {...props} />
      {password !== 'at_provider' ? (
        <PasswordPanel {...props} />
      ) : (
        <Panel
          id="password"
          title="Password"
          lead="You sign in with your identity provider; there is no password here."
        />
      )}
      {props.identities !== null && <IdentitiesPanel {...props} identities={props.identities} />}
    </ConsolePage>
  );
}

function EmailLine({ email, isVerified }: { readonly email: string; readonly isVerified: boolean }): VNode {
  return (
    <>
      <bdi>{email}</bdi>
      {!isVerified && ' (not verified: open a mailed invitation while signed in, or ask your operator)'}
    </>
  );
}

function EmailPanel({ frame, path, email, isEmailVerified, newEmail, hasMail }: MyProfileProps): VNode {
  const lead = <EmailLine email={email} isVerified={isEmailVerified} />;
  if (!hasMail) {
    return (
      <Panel id="email-panel" title="Email address" lead={lead}>
        <p class="quiet">To change it, ask an operator: no mail server is set up to prove a new one.</p>
      </Panel>
    );
  }
  return (
    <Panel id="email-panel" title="Email address" lead={lead}>
      <form class="field-row" method="post" action={`${path}/email`}>
        <CsrfField frame={frame} />
        <TextField name="email" label="New email address" type="email" value={newEmail} autocomplete="email" />
        <button class="button plain" type="submit">
          Send confirmation
        </button>
      </form>
    </Panel>
  );
}

function PasswordPanel({ frame, path, email, password }: MyProfileProps): VNode {
  const isFirst = password === 'none';
  return (
    <Panel
      id="password"
      title="Password"
      lead={
        isFirst
          ? 'You have none yet. Choose one to sign in with your email, here and in other browsers.'
          : 'Changing it signs out your other browsers and ends your connections and remembered approvals.'
      }
    >
      <form class="stack form-narrow" method="post" action={`${path}/password`}>
        <CsrfField frame={frame} />
        {/* For password managers. */}
        <input type="hidden" name="username" autocomplete="username" value={email} />
        {!isFirst && (
          <TextField
            name="current_password"
            label="Current password"
            type="password"
            autocomplete="current-password"
            maxLength={1024}
          />
        )}
        <NewPasswordField name="new_password" label="New password" />
        <div class="form-foot">
          <button class="button primary" type="submit">
            {isFirst ? 'Set password' : 'Change password'}
          </button>
        </div>
      </form>
    </Panel>
  );
}
