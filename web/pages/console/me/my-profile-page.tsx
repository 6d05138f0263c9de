// The person's own name and password.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { Panel } from '../../../components/console/panel.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import { IdentitiesPanel, type IdentitiesProps } from './identities-panel.tsx';

export interface MyProfileProps extends ConsoleProps {
  readonly path: string;
  readonly name: string;
  readonly email: string;
  /** False for people who only sign in through an identity provider. */
  readonly hasPassword: boolean;
  readonly isEmailVerified: boolean;
  /** Null without a provider. */
  readonly identities: IdentitiesProps['identities'] | null;
  readonly now: Date;
}

export function MyProfilePage(props: MyProfileProps): VNode {
  const { frame, view, path, name, email, hasPassword } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Name and password">
      <Panel id="you" title="You" lead={<EmailLine email={email} isVerified={props.isEmailVerified} />}>
        <form class="field-row" method="post" action={path}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Name" value={name} autocomplete="name" maxLength={100} />
          <button class="button plain" type="submit">
            Save name
          </button>
        </form>
      </Panel>
      {hasPassword ? (
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

function PasswordPanel({ frame, path, email }: MyProfileProps): VNode {
  return (
    <Panel
      id="password"
      title="Password"
      lead="Changing it signs out your other browsers and ends your connections and remembered approvals."
    >
      <form class="stack form-narrow" method="post" action={`${path}/password`}>
        <CsrfField frame={frame} />
        {/* For password managers. */}
        <input type="hidden" name="username" autocomplete="username" value={email} />
        <TextField
          name="current_password"
          label="Current password"
          type="password"
          autocomplete="current-password"
          maxLength={1024}
        />
        <TextField
          name="new_password"
          label="New password"
          type="password"
          autocomplete="new-password"
          help="At least 10 characters. A sentence works well."
          minLength={10}
          maxLength={256}
        />
        <div class="form-foot">
          <button class="button primary" type="submit">
            Change password
          </button>
        </div>
      </form>
    </Panel>
  );
}
