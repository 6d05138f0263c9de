// An account's settings.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PolicyForm } from '../../../components/console/forms/policy-fields.tsx';
import { POLICY_PARTS } from '../../../components/console/forms/policy-group.tsx';
import type { PolicyFields } from '../../../components/console/forms/policy-groups.tsx';
import { WithPageNav } from '../../../components/console/page-nav.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import { type FurtherProps, FurtherSettings, furtherSettings } from './further-settings.tsx';

export interface AccountSettingsProps extends ConsoleProps, FurtherProps {
  readonly path: string;
  readonly kind: 'personal' | 'organization';
  readonly id: string;
  readonly name: string;
  readonly mayRename: boolean;
  readonly mayChangePolicy: boolean;
  readonly mayDelete: boolean;
  readonly policy: PolicyFields;
  readonly rememberedCount: number;
  /** Null for people who are not members. */
  readonly leavePath: string | null;
}

export function AccountSettingsPage(props: AccountSettingsProps): VNode {
  const { frame, view, kind } = props;
  const isOrganization = kind === 'organization';
  const further = furtherSettings(props);
  const parts = [
    isOrganization ? { id: 'organization', label: 'Organization' } : { id: 'profile', label: 'You' },
    ...(further.length > 0 ? [{ id: 'security', label: 'Security and alerts' }] : []),
    { id: 'policy', label: 'Logins and connections' },
    ...POLICY_PARTS,
    ...(isOrganization ? [{ id: 'end', label: 'Leave or delete' }] : []),
  ];
  return (
    <ConsolePage frame={frame} view={view} title="Settings">
      <WithPageNav parts={parts}>
        {isOrganization ? <OrganizationPanel {...props} /> : <ProfileLink />}
        {further.length > 0 && <FurtherSettings settings={further} />}
        <PolicyPanel {...props} />
        {isOrganization && <EndPanel {...props} />}
      </WithPageNav>
    </ConsolePage>
  );
}

function OrganizationPanel({ frame, path, id, name, mayRename }: AccountSettingsProps): VNode {
  return (
    <Panel id="organization" title="Organization">
      {mayRename ? (
        <form class="field-row" method="post" action={`${path}/name`}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Name" value={name} autocomplete="off" maxLength={256} />
          <button class="button plain" type="submit">
            Rename
          </button>
        </form>
      ) : (
        <p>
          <bdi>{name}</bdi>
        </p>
      )}
      <div class="stack-tight">
        <p class="label">Organization id</p>
        <CopyLine text={id} what="organization id" />
        <p class="quiet">The management API and neonctl call it org_id.</p>
      </div>
    </Panel>
  );
}

function ProfileLink(): VNode {
  return (
    <Panel
      id="profile"
      title="You"
      lead="Your name, your password and where you are signed in."
      actions={
        <>
          <a class="button plain small" href="/app/me/profile">
            Profile
          </a>
          <a class="button plain small" href="/app/me/sessions">
            Sessions
          </a>
        </>
      }
    />
  );
}

function PolicyPanel({ frame, path, policy, mayChangePolicy, rememberedCount }: AccountSettingsProps): VNode {
  return (
    <Panel
      id="policy"
      title="Logins and connections"
      lead={
        mayChangePolicy
          ? 'For all projects of this account. After a change everybody is asked again.'
          : 'For all projects of this account. Only an admin may change this.'
      }
    >
      <PolicyForm
        frame={frame}
        action={`${path}/policy`}
        policy={policy}
        mayChange={mayChangePolicy}
        rememberedCount={rememberedCount}
      />
    </Panel>
  );
}

function EndPanel({ path, mayDelete, leavePath }: AccountSettingsProps): VNode {
  return (
    <Panel
      id="end"
      title="Leave or delete"
      tone="danger"
      lead={
        mayDelete
          ? 'Leaving ends your own access. Deleting ends the organization, once it owns no project any more.'
          : 'Leaving ends your own access. Only an admin may delete the organization.'
      }
      actions={
        <>
          {leavePath !== null && (
            <a class="button plain" href={leavePath}>
              Leave organization
            </a>
          )}
          {mayDelete && (
            <a class="button plain ends" href={`${path}/delete`}>
              Delete organization
            </a>
          )}
        </>
      }
    />
  );
}
