// Everybody with an account here, for operators.

import type { VNode } from 'preact';
import { ConsolePage } from '../../components/console/console-page.tsx';
import type { ConsoleProps } from '../../components/console/console-view.ts';
import { SearchForm } from '../../components/console/forms/search-form.tsx';
import { type Column, DataTable } from '../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../components/console/tables/kebab.tsx';
import { type ListPlace, Pages } from '../../components/console/tables/listed-table.tsx';
import { When } from '../../components/console/tables/when.tsx';

interface PersonRow {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly isOperator: boolean;
  readonly isYou: boolean;
  readonly disabledAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly organizations: number;
  readonly menu: readonly MenuItem[];
}

export interface OperatorsPeopleProps extends ConsoleProps {
  readonly listing: ListPlace;
  readonly total: number;
  readonly people: readonly PersonRow[];
  readonly now: Date;
}

export function OperatorsPeoplePage(props: OperatorsPeopleProps): VNode {
  const { frame, view, listing, total, people, now } = props;
  const columns: ReadonlyArray<Column<PersonRow>> = [
    { header: 'Person', kind: 'main', cell: (person) => <PersonName person={person} /> },
    { header: 'State', cell: (person) => <PersonState person={person} now={now} /> },
    { header: 'Organizations', cell: ({ organizations }) => (organizations === 0 ? '–' : String(organizations)) },
    {
      header: 'Last seen',
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? 'Signed out' : <When at={lastSeenAt} now={now} />),
    },
    { header: 'Actions', kind: 'actions', cell: ({ email, menu }) => <Kebab frame={frame} of={email} items={menu} /> },
  ];
  return (
    <ConsolePage frame={frame} view={view} title="People" lead={total === 1 ? '1 account' : `${total} accounts`}>
      <div class="stack">
        <SearchForm action={listing.path} label="Search by name or email" value={listing.search} />
        {people.length === 0 ? (
          <p class="table-empty">Nobody matches.</p>
        ) : (
          <DataTable caption="People" columns={columns} rows={people} rowKey={({ id }) => id} />
        )}
        <Pages listing={listing} of="people" />
      </div>
    </ConsolePage>
  );
}

function PersonName({ person }: { readonly person: PersonRow }): VNode {
  return (
    <>
      <bdi>{person.name}</bdi>
      {person.isYou && <span class="quiet-text"> (you)</span>}
      <span class="row-detail">
        <bdi>{person.email}</bdi>
        {!person.emailVerified && ' · not verified'}
      </span>
    </>
  );
}

function PersonState({ person, now }: { readonly person: PersonRow; readonly now: Date }): VNode {
  if (person.disabledAt !== null) {
    return (
      <>
        Disabled <When at={person.disabledAt} now={now} />
      </>
    );
  }
  return <>{person.isOperator ? 'Operator' : 'Active'}</>;
}
