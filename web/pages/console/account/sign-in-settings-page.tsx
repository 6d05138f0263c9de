// What an organization makes of the identity providers.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { SelectField } from '../../../components/console/forms/fields.tsx';
import { PostButton } from '../../../components/console/forms/post-button.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';
import { type JoiningProps, JoinPanel } from './join-panel.tsx';

interface GroupRow {
  readonly teamId: string;
  readonly team: string;
  readonly issuer: string;
  readonly shownIssuer: string;
  readonly groupName: string;
  readonly shownGroup: string;
}

export interface SignInSettingsProps extends ConsoleProps, JoiningProps {
  readonly groups: readonly GroupRow[];
  readonly teams: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly ends: string;
}

export function SignInSettingsPage(props: SignInSettingsProps): VNode {
  const { frame, view } = props;
  return (
    <ConsolePage frame={frame} view={view} title="Single sign-on">
      <JoinPanel {...props} />
      <TeamsPanel {...props} />
      <LogoutPanel {...props} />
    </ConsolePage>
  );
}

function TeamsPanel({ frame, path, groups, teams, issuers, typed }: SignInSettingsProps): VNode {
  const columns: ReadonlyArray<Column<GroupRow>> = [
    { header: 'Group', kind: 'main', cell: ({ shownGroup }) => <bdi>{shownGroup}</bdi> },
    { header: 'Provider', cell: ({ shownIssuer }) => <bdi>{shownIssuer}</bdi> },
    { header: 'Fills team', cell: ({ team }) => <bdi>{team}</bdi> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: ({ teamId, issuer, groupName, shownGroup }) => (
        <PostButton
          frame={frame}
          action={`${path}/groups/remove`}
          label="Remove"
          fields={{ team: teamId, issuer, group: groupName }}
          of={shownGroup}
        />
      ),
    },
  ];
  const withGroups = issuers.filter(({ hasGroups }) => hasGroups).map(({ key, name }) => ({ value: key, label: name }));
  return (
    <Panel
      id="groups"
      title="Groups fill teams"
      lead="Members are put into teams, and taken out of them, each time they sign in."
    >
      <DataTable
        caption="Groups that fill teams"
        columns={columns}
        rows={groups}
        rowKey={({ teamId, issuer, groupName }) => `${teamId} ${issuer} ${groupName}`}
        empty="Teams are filled by hand."
      />
      {withGroups.length > 0 && teams.length > 0 && (
        <form class="field-row" method="post" action={`${path}/groups`}>
          <CsrfField frame={frame} />
          <div class="field">
            <label for="group">Group</label>
            <input class="input" id="group" name="group" value={typed.group ?? ''} maxlength={512} required />
          </div>
          <Choice name="issuer" id="group-issuer" label="at" choices={withGroups} picked={typed.issuer} />
          <Choice name="team" id="team" label="fills" choices={teams} picked={typed.team} />
          <button class="button primary" type="submit">
            Add
          </button>
        </form>
      )}
    </Panel>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly id: string;
  readonly label: string;
  readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }>;
  readonly picked: string | undefined;
}

function Choice({ name, id, label, choices, picked }: ChoiceProps): VNode {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select class="input" id={id} name={name}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={choice.value === picked}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

function LogoutPanel({ frame, path, ends, typed }: SignInSettingsProps): VNode {
  return (
    <Panel
      id="logout"
      title="When somebody logs out at the provider"
      lead="Where the provider tells of logouts, they sign people out here and end remembered approvals."
    >
      <form class="stack" method="post" action={path}>
        <CsrfField frame={frame} />
        <SelectField
          name="ends"
          label="In this organization it also ends"
          picked={typed.ends ?? ends}
          choices={[
            { value: 'approvals', label: 'nothing more' },
            { value: 'connections', label: 'their live connections' },
            { value: 'connections_and_tokens', label: 'their live connections and access tokens' },
          ]}
        />
        <button class="button plain" type="submit">
          Save
        </button>
      </form>
    </Panel>
  );
}
