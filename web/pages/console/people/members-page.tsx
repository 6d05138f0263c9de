// The members of an organization.

import type { VNode } from 'preact';
import { MemberRolePill, PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly memberRole: 'admin' | 'member';
  readonly joinedAt: Date;
  readonly isYou: boolean;
  readonly menu: readonly MenuItem[];
}

export interface MembersProps extends PeopleProps {
  readonly members: readonly MemberRow[];
  readonly nextPath: string | null;
}

export function MembersPage(props: MembersProps): VNode {
  const { frame, members, nextPath, now } = props;
  const columns: ReadonlyArray<Column<MemberRow>> = [
    { header: 'Member', kind: 'main', cell: (member) => <MemberName member={member} /> },
    { header: 'Role', cell: ({ memberRole }) => <MemberRolePill memberRole={memberRole} /> },
    { header: 'Joined', cell: ({ joinedAt }) => <When at={joinedAt} now={now} /> },
    { header: 'Actions', kind: 'actions', cell: ({ name, menu }) => <Kebab frame={frame} of={name} items={menu} /> },
  ];
  return (
    <PeopleFrame {...props}>
      <DataTable caption="Members" columns={columns} rows={members} rowKey={({ id }) => id} />
      {nextPath !== null && (
        <p class="aside-text">
          <a class="button plain" href={nextPath}>
            More members
          </a>
        </p>
      )}
    </PeopleFrame>
  );
}

function MemberName({ member }: { readonly member: MemberRow }): VNode {
  return (
    <>
      <bdi>{member.name}</bdi>
      {member.isYou && <span class="quiet-text"> (you)</span>}
      <span class="row-detail">
        <bdi>{member.email}</bdi>
      </span>
    </>
  );
}
