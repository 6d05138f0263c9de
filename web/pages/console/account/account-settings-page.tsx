// An account's settings.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { PolicyForm } from '../../../components/console/forms/policy-fields.tsx';
import type { PolicyFields } from '../../../components/console/forms/policy-groups.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { CopyLine } from '../../../components/copy-line.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface AccountSettingsProps extends ConsoleProps {
  readonly path: string;
  readonly kind: 'personal' | 'organization';
  readonly id: string;
  readonly name: string;
  readonly mayRename: boolean;
  readonly mayChangePolicy: boolean;
  readonly mayDelete: boolean;
  readonly policy: PolicyFields;
  readonly rememberedCount: number;
  /** Null without an identity provider, and for people who may not change it. */
  readonly signInPath: string | null;
  /** Null for those who may not, and in personal accounts. */
  readonly secondFactorPath: string | null;
  readonly demandsSecondFactor: boolean;
  /** Null for those who may not. */
  readonly notificationsPath: string | null;
  /** Null for those who may not see it. */
  readonly breakGlassPath: string | null;
  /** Null for people who are not members. */
  readonly leavePath: string | null;
}

export function AccountSettingsPage(props: AccountSettingsProps): VNode {
  const { frame, view, kind } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Settings">
      {kind === 'organization' ? <OrganizationPanel {...props} /> : <ProfileLink />}
      <Further {...props} />
      <PolicyPanel {...props} />
      {kind === 'organization' && <EndPanel {...props} />}
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

/** What has a page of its own. */
function Further(props: AccountSettingsProps): VNode {
  const { signInPath, secondFactorPath, demandsSecondFactor, notificationsPath, breakGlassPath } = props;
  return (
    <>
      <LinkPanel id="sign-in" title="Single sign-on" path={signInPath}>
        Who may join by the identity provider, which groups fill which teams, and what a logout there ends.
      </LinkPanel>
      <LinkPanel id="second-factor" title="Second factor" path={secondFactorPath}>
        {demandsSecondFactor ? 'On: members and guests need one.' : 'Off: a password alone is enough to get in.'}
      </LinkPanel>
      <LinkPanel id="notifications" title="Notifications" path={notificationsPath}>
        Which chats and webhooks are told of broken glass, requests, reported logins, members and keys.
      </LinkPanel>
      <LinkPanel id="break-glass" title="Break the glass" path={breakGlassPath}>
        Who may let themselves in where no access rule does, and what they did.
      </LinkPanel>
    </>
  );
}

interface LinkPanelProps {
  readonly id: string;
  readonly title: string;
  /** Null for those who may not. */
  readonly path: string | null;
  readonly children: string;
}

function LinkPanel({ id, title, path, children }: LinkPanelProps): VNode | null {
  if (path === null) return null;
  const link = (
    <a class="button plain small" href={path}>
      {title}
    </a>
  );
  return <Panel id={id} title={title} lead={children} actions={link} />;
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
