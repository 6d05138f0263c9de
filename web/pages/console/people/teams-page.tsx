// The teams of an organization, and the form for a new one.

import type { VNode } from 'preact';
import { PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { CsrfField } from '../../../layout/csrf-field.tsx';

interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly membersCount: number;
  readonly createdAt: Date;
}

export interface TeamsProps extends PeopleProps {
  readonly listing: Listing<TeamRow>;
  readonly mayChange: boolean;
  readonly typed: Readonly<Record<string, string>>;
}

export function TeamsPage(props: TeamsProps): VNode {
  const { frame, place, listing, mayChange, typed, now } = props;
  const columns: ReadonlyArray<Column<TeamRow>> = [
    { header: 'Team', kind: 'main', sort: 'name', cell: (row) => <TeamName row={row} /> },
    { header: 'People', kind: 'number', sort: 'people', cell: (row) => row.membersCount.toLocaleString('en-US') },
    { header: 'Made', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
  ];
  return (
    <PeopleFrame {...props}>
      <p class="lead section-lead">
        A team is a set of members with a name. Access rules can name a team instead of each person.
      </p>
      <ListedTable
        listing={listing}
        noun="team"
        caption="Teams"
        columns={columns}
        rowKey={({ id }) => id}
        empty="No teams yet."
      />
      {mayChange && (
        <form class="panel field-row" method="post" action={`${place}/teams`}>
          <CsrfField frame={frame} />
          <TextField name="name" label="New team" value={typed.name ?? ''} autocomplete="off" maxLength={256} />
          <button class="button primary" type="submit">
            Create team
          </button>
        </form>
      )}
    </PeopleFrame>
  );
}

function TeamName({ row }: { readonly row: TeamRow }): VNode {
  return (
    <a href={row.path}>
      <bdi>{row.name}</bdi>
    </a>
  );
}
