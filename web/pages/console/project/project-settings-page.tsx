// A project's settings.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { ProjectLabelTag, type ProjectLabelView } from '../../../components/project-label.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

export interface ProjectSettingsProps extends ConsoleProps {
  readonly place: string;
  readonly name: string;
  readonly projectId: string;
  readonly mayRename: boolean;
  readonly label: ProjectLabelView;
  readonly mayLabel: boolean;
  readonly mayDelete: boolean;
  /** As a guest. */
  readonly mayLeave: boolean;
  readonly isOrganization: boolean;
  /** Accounts to which this person may move it; empty when there are none. */
  readonly destinations: ReadonlyArray<{ readonly value: string; readonly label: string }>;
}

export function ProjectSettingsPage(props: ProjectSettingsProps): VNode {
  const { frame, view } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Settings">
      <NamePanel {...props} />
      <LabelPanel {...props} />
      {props.destinations.length > 0 && <TransferPanel {...props} />}
      {props.mayLeave ? <LeavePanel {...props} /> : <DeletePanel {...props} />}
    </ConsolePage>
  );
}

function NamePanel({ frame, place, name, projectId, mayRename }: ProjectSettingsProps): VNode {
  return (
    <Panel
      id="name-panel"
      title="Project"
      lead={
        <>
          Project ID: <code>{projectId}</code> (never changes)
        </>
      }
    >
      {mayRename && (
        <form class="field-row" method="post" action={`${place}/settings`}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Name" value={name} autocomplete="off" maxLength={256} />
          <button class="button plain" type="submit">
            Rename
          </button>
        </form>
      )}
    </Panel>
  );
}

const LABELS = [
  { value: 'none', label: 'None' },
  { value: 'staging', label: 'Staging' },
  { value: 'production', label: 'Production' },
] as const;

function LabelPanel({ frame, place, label, mayLabel }: ProjectSettingsProps): VNode {
  return (
    <Panel
      id="label-panel"
      title="Label"
      lead="People see it in its color wherever they decide. Production is read-only unless they type “prod”."
    >
      {mayLabel ? (
        <form class="field-row" method="post" action={`${place}/settings/label`}>
          <CsrfField frame={frame} />
          <SelectField name="label" label="This project is" choices={LABELS} picked={label} />
          <button class="button plain" type="submit">
            Set label
          </button>
        </form>
      ) : (
        <p>{label === 'none' ? 'No label. An admin can set one.' : <ProjectLabelTag label={label} />}</p>
      )}
    </Panel>
  );
}

function TransferPanel({ place, destinations }: ProjectSettingsProps): VNode {
  return (
    <Panel
      id="transfer"
      title="Transfer"
      lead="Another account becomes its owner. Connections end once, and the project’s API keys are revoked."
    >
      <form class="field-row" method="get" action={`${place}/transfer`}>
        <SelectField name="account_id" label="New owner" choices={destinations} />
        <button class="button plain" type="submit">
          Transfer…
        </button>
      </form>
    </Panel>
  );
}

function LeavePanel({ place }: ProjectSettingsProps): VNode {
  return (
    <Panel
      id="leave"
      title="Leave"
      lead="The project disappears from “Shared with me”, and your connections to it end."
      actions={
        <a class="button danger" href={`${place}/leave`}>
          Leave project
        </a>
      }
    />
  );
}

function DeletePanel({ place, mayDelete, isOrganization }: ProjectSettingsProps): VNode {
  if (!mayDelete) {
    return (
      <Panel
        id="delete"
        title="Delete"
        lead={
          isOrganization
            ? 'Only an admin of the organization may delete this project.'
            : 'Only the owner may delete this project.'
        }
      />
    );
  }
  return (
    <Panel
      id="delete"
      title="Delete"
      tone="danger"
      lead="Everybody’s connections to it end, and it cannot be brought back."
      actions={
        <a class="button plain ends" href={`${place}/delete`}>
          Delete project
        </a>
      }
    />
  );
}
