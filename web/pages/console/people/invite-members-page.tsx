// The form that invites members by e-mail.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { EmailsField } from '../../../components/console/forms/emails-field.tsx';
import { Segments } from '../../../components/segments.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface InviteMembersProps extends ConsoleProps {
  readonly place: string;
  readonly organization: string;
  readonly typed: Readonly<Record<string, string>>;
}

export function InviteMembersPage({ frame, view, place, organization, typed }: InviteMembersProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Invite members"
      lead={
        <>
          Members can use every project in <bdi>{organization}</bdi> and create new ones. Everyone gets a link that
          works for 7 days.
        </>
      }
    >
      <form class="panel form-panel" method="post" action={`${place}/invite`}>
        <CsrfField frame={frame} />
        <EmailsField label="Email addresses" value={typed.emails ?? ''} />
        <Segments
          name="role"
          legend="Role"
          choices={[
            { value: 'member', label: 'Member' },
            { value: 'admin', label: 'Admin' },
          ]}
          picked={typed.role ?? 'member'}
        />
        <p class="quiet">Admins also manage people, billing and settings, and may delete projects.</p>
        <div class="form-foot">
          <button class="button primary" type="submit">
            Invite
          </button>
          <a class="button plain" href={place}>
            Cancel
          </a>
        </div>
      </form>
    </ConsolePage>
  );
}
