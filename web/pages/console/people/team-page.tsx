// One team: its people and how each got in, its name, its end.

import type { VNode } from 'preact';
import { ConsolePage } from '../../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../../components/console/console-view.ts';
import { AddMemberForm } from '../../../components/console/forms/add-member-form.tsx';
import { Panel } from '../../../components/console/panel.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface TeamMemberRow {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly isByHand: boolean;
  readonly issuers: readonly string[];
  readonly addedAt: Date;
}

export interface TeamProps extends ConsoleProps {
  /** The page's path. */
  readonly path: string;
  readonly name: string;
  readonly members: readonly TeamMemberRow[];
  /** The e-mails of members who are not in by hand; at most some. */
  readonly others: readonly string[];
  readonly mayChange: boolean;
  readonly typed: Readonly<Record<string, string>>;
  readonly now: Date;
}

export function TeamPage(props: TeamProps): VNode {
  const { frame, view, path, name, members, mayChange, now } = props;
  const menuOf = ({ userId, isByHand }: TeamMemberRow): MenuItem[] =>
    mayChange && isByHand
      ? [{ kind: 'post', label: 'Take out of the team', action: `${path}/members/${userId}/remove`, tone: 'danger' }]
      : [];
  const columns: ReadonlyArray<Column<TeamMemberRow>> = [
    { header: 'Member', kind: 'main', cell: (row) => <Name row={row} /> },
    { header: 'Added', cell: (row) => waysInWords(row) },
    { header: 'Since', cell: ({ addedAt }) => <When at={addedAt} now={now} /> },
    { header: 'Actions', kind: 'actions', cell: (row) => <Kebab frame={frame} of={row.name} items={menuOf(row)} /> },
  ];
  return (
    <ConsolePage frame={frame} view={view} title={name} lead="Access rules can name this team instead of each person.">
      <Panel id="members" title="People">
        <DataTable
          caption="People of the team"
          columns={columns}
          rows={members}
          rowKey={({ userId }) => userId}
          empty="Nobody is in this team yet."
        />
        {mayChange && <AddMemberForm {...props}>Add to team</AddMemberForm>}
      </Panel>
      {mayChange && <Change {...props} />}
    </ConsolePage>
  );
}

function Name({ row }: { readonly row: TeamMemberRow }): VNode {
  return (
    <>
      <bdi>{row.name}</bdi>
      <span class="row-detail">
        <bdi>{row.email}</bdi>
        {!row.isEmailVerified && ' · not verified'}
      </span>
    </>
  );
}

function waysInWords({ isByHand, issuers }: TeamMemberRow): string {
  const groups = issuers.length === 0 ? [] : [`by a group of ${issuers.join(', ')}`];
  return [...(isByHand ? ['by hand'] : []), ...groups].join(' and ');
}

function Change({ frame, path, name, typed }: TeamProps): VNode {
  return (
    <>
      <Panel id="change" title="Name">
        <form class="field-row" method="post" action={`${path}/name`}>
          <CsrfField frame={frame} />
          <TextField name="name" label="Team name" value={typed.name ?? name} autocomplete="off" maxLength={256} />
          <button class="button plain" type="submit">
            Rename
          </button>
        </form>
      </Panel>
      <Panel
        id="delete"
        title="Delete"
        lead="Access rules that name the team go with it. Its people stay members."
        tone="danger"
        actions={
          <a class="button plain ends" href={`${path}/delete`}>
            Delete team
          </a>
        }
      />
    </>
  );
}
