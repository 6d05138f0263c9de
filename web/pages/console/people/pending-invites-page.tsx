// Invitations that wait for an answer.

import type { VNode } from 'preact';
import { HiddenFields } from '../../../components/console/forms/hidden-fields.tsx';
import { MemberRolePill, PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import type { Column } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { ListedTable, type Listing } from '../../../components/console/tables/listed-table.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface InvitationRow {
  readonly id: string;
  readonly email: string;
  readonly memberRole: 'admin' | 'member';
  readonly invitedAt: Date;
  readonly expiresAt: Date;
  readonly isExpired: boolean;
}

export interface PendingInvitesProps extends PeopleProps {
  readonly listing: Listing<InvitationRow>;
}

export function PendingInvitesPage(props: PendingInvitesProps): VNode {
  const { frame, place, isAdmin, listing, now } = props;
  const menuOf = ({ id }: InvitationRow): MenuItem[] =>
    isAdmin
      ? [
          { kind: 'post', label: 'Resend', action: `${place}/invitations/${id}/resend` },
          { kind: 'link', label: 'Cancel invitation', href: `${place}/invitations/${id}/cancel`, tone: 'danger' },
        ]
      : [];
  const columns: ReadonlyArray<Column<InvitationRow>> = [
    { header: 'Email', kind: 'main', sort: 'email', cell: (row) => <InviteName row={row} isAdmin={isAdmin} /> },
    { header: 'Role', sort: 'role', cell: ({ memberRole }) => <MemberRolePill memberRole={memberRole} /> },
    { header: 'Invited', sort: 'invited', cell: ({ invitedAt }) => <When at={invitedAt} now={now} /> },
    { header: 'Open until', sort: 'until', cell: (row) => <Expiry row={row} now={now} /> },
    { header: 'Actions', kind: 'actions', cell: (row) => <Kebab frame={frame} of={row.email} items={menuOf(row)} /> },
  ];
  return (
    <PeopleFrame {...props}>
      <ListedTable
        listing={listing}
        noun="invite"
        caption="Pending invites"
        columns={columns}
        rowKey={({ id }) => id}
        empty="No pending invites."
      />
      {isAdmin && listing.rows.length > 0 && (
        <form class="bulk-form" id={BULK} method="post" action={`${place}/invitations/cancel`}>
          <HiddenFields frame={frame} fields={{}} />
          <button class="button plain" type="submit">
            Cancel the ticked invites
          </button>
        </form>
      )}
    </PeopleFrame>
  );
}

const BULK = 'cancel-invites';

/** The boxes belong to the form below the table. */
function InviteName({ row, isAdmin }: { readonly row: InvitationRow; readonly isAdmin: boolean }): VNode {
  const name = <bdi>{row.email}</bdi>;
  if (!isAdmin) return name;
  return (
    <label class="row-tick">
      <input type="checkbox" form={BULK} name="invitation" value={row.id} />
      {name}
    </label>
  );
}

function Expiry({ row, now }: { readonly row: InvitationRow; readonly now: Date }): VNode {
  if (row.isExpired) return <span class="pill caution">Expired</span>;
  return <When at={row.expiresAt} now={now} />;
}
