// The guests of an organization, one row for each shared project.

import type { VNode } from 'preact';
import { PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface GuestRow {
  readonly shareId: string;
  readonly email: string;
  readonly shownEmail: string;
  /** Null until the guest has used a link. */
  readonly name: string | null;
  readonly project: string;
  readonly projectPath: string;
  readonly grantedAt: Date;
}

export interface GuestsProps extends PeopleProps {
  readonly listing: Listing<GuestRow>;
}

export function GuestsPage(props: GuestsProps): VNode {
  const { frame, place, isAdmin, listing, now } = props;
  const menuOf = ({ email, shareId }: GuestRow): MenuItem[] =>
    isAdmin
      ? [
          { kind: 'post', label: 'Convert to member', action: `${place}/guests/convert`, fields: { email } },
          { kind: 'link', label: 'Remove from project', href: `${place}/guests/${shareId}/remove`, tone: 'danger' },
        ]
      : [];
  const columns: ReadonlyArray<Column<GuestRow>> = [
    { header: 'Guest', kind: 'main', sort: 'guest', cell: (guest) => <GuestName guest={guest} /> },
    {
      header: 'Project',
      sort: 'project',
      cell: ({ project, projectPath }) => (
        <a href={projectPath}>
          <bdi>{project}</bdi>
        </a>
      ),
    },
    { header: 'Shared', sort: 'shared', cell: ({ grantedAt }) => <When at={grantedAt} now={now} /> },
    {
      header: 'Actions',
      kind: 'actions',
      cell: (row) => <Kebab frame={frame} of={`${row.shownEmail} in ${row.project}`} items={menuOf(row)} />,
    },
  ];
  return (
    <PeopleFrame {...props}>
      <p class="lead section-lead">Guests can use only the projects you share with them.</p>
      <ListedTable
        listing={listing}
        noun="guest"
        caption="Guests"
        columns={columns}
        rowKey={({ shareId }) => shareId}
        empty="Not shared with anyone yet."
      />
    </PeopleFrame>
  );
}

function GuestName({ guest }: { readonly guest: GuestRow }): VNode {
  if (guest.name === null) {
    return (
      <>
        <bdi>{guest.shownEmail}</bdi>
        <span class="row-detail">hasn’t used the link yet</span>
      </>
    );
  }
  return (
    <>
      <bdi>{guest.name}</bdi>
      <span class="row-detail">
        <bdi>{guest.shownEmail}</bdi>
      </span>
    </>
  );
}
