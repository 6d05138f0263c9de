// The form that shares a project with people outside of the organization.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { EmailsField } from '../../../components/console/forms/emails-field.tsx';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface InviteGuestsProps extends ConsoleProps {
  readonly place: string;
  readonly projects: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly picked: string;
  readonly typed: Readonly<Record<string, string>>;
}

export function InviteGuestsPage({ frame, view, place, projects, picked, typed }: InviteGuestsProps): VNode {
  return (
    <ConsolePage
      frame={frame}
      view={view}
      title="Invite guests"
      lead="Guests use one project, and see nothing else of the organization. They find it under “Shared with me”."
    >
      {projects.length === 0 ? (
        <p class="table-empty">The organization has no project to share yet.</p>
      ) : (
        <form class="panel form-panel" method="post" action={`${place}/invite-guests`}>
          <CsrfField frame={frame} />
          <SelectField name="project_id" label="Project" choices={projects} picked={picked} />
          <EmailsField label="Email addresses" value={typed.emails ?? ''} />
          <div class="form-foot">
            <button class="button primary" type="submit">
              Share project
            </button>
            <a class="button plain" href={`${place}/guests`}>
              Cancel
            </a>
          </div>
        </form>
      )}
    </ConsolePage>
  );
}
