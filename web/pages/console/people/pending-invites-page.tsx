// Invitations that wait for an answer.

import type { VNode } from 'preact';
import { MemberRolePill, PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
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
  readonly invitations: readonly InvitationRow[];
}

export function PendingInvitesPage(props: PendingInvitesProps): VNode {
  const { frame, place, isAdmin, invitations, now } = props;
  const menuOf = ({ id }: InvitationRow): MenuItem[] =>
    isAdmin
      ? [
          { kind: 'post', label: 'Resend', action: `${place}/invitations/${id}/resend` },
          { kind: 'link', label: 'Cancel invitation', href: `${place}/invitations/${id}/cancel`, tone: 'danger' },
        ]
      : [];
  const columns: ReadonlyArray<Column<InvitationRow>> = [
    { header: 'E-mail', kind: 'main', cell: ({ email }) => <bdi>{email}</bdi> },
    { header: 'Role', cell: ({ memberRole }) => <MemberRolePill memberRole={memberRole} /> },
    { header: 'Invited', cell: ({ invitedAt }) => <When at={invitedAt} now={now} /> },
    { header: 'Open until', cell: (row) => <Expiry row={row} now={now} /> },
    { header: 'Actions', kind: 'actions', cell: (row) => <Kebab frame={frame} of={row.email} items={menuOf(row)} /> },
  ];
  return (
    <PeopleFrame {...props}>
      <DataTable
        caption="Pending invites"
        columns={columns}
        rows={invitations}
        rowKey={({ id }) => id}
        empty="No invitation is waiting for an answer."
      />
    </PeopleFrame>
  );
}

function Expiry({ row, now }: { readonly row: InvitationRow; readonly now: Date }): VNode {
  if (row.isExpired) return <span class="pill caution">expired</span>;
  return <When at={row.expiresAt} now={now} />;
}
