// The members of an organization.

import type { VNode } from 'preact';
import { SearchForm } from '../../../components/console/forms/search-form.tsx';
import { MemberRolePill, PeopleFrame, type PeopleProps } from '../../../components/console/people-tabs.tsx';
import { type Column, DataTable } from '../../../components/console/tables/data-table.tsx';
import { Kebab, type MenuItem } from '../../../components/console/tables/kebab.tsx';
import { When } from '../../../components/console/tables/when.tsx';

interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly memberRole: 'admin' | 'member';
  readonly joinedAt: Date;
  readonly isYou: boolean;
  readonly menu: readonly MenuItem[];
}

export interface MembersProps extends PeopleProps {
  readonly members: readonly MemberRow[];
  readonly search: string;
  readonly sort: { readonly by: 'email' | 'role' | 'joined_at'; readonly order: 'asc' | 'desc' };
  readonly nextPath: string | null;
}

/** Fewer are seen at a glance. */
const LONG = 8;

export function MembersPage(props: MembersProps): VNode {
  const { frame, place, members, counts, search, sort, nextPath, now } = props;
  const sorting = {
    ...sort,
    hrefOf: (by: string) => `${place}?${new URLSearchParams({ search, sort: by, order: turned(sort, by) })}`,
  };
  const columns: ReadonlyArray<Column<MemberRow>> = [
    { header: 'Member', kind: 'main', sort: 'email', cell: (member) => <MemberName member={member} /> },
    { header: 'Role', sort: 'role', cell: ({ memberRole }) => <MemberRolePill memberRole={memberRole} /> },
    { header: 'Joined', sort: 'joined_at', cell: ({ joinedAt }) => <When at={joinedAt} now={now} /> },
    { header: 'Actions', kind: 'actions', cell: ({ name, menu }) => <Kebab frame={frame} of={name} items={menu} /> },
  ];
  return (
    <PeopleFrame {...props}>
      <div class="stack">
        {(counts.members > LONG || search !== '') && <SearchForm action={place} label="Find a member" value={search} />}
        <DataTable
          caption="Members"
          columns={columns}
          rows={members}
          rowKey={({ id }) => id}
          empty={`Nothing found for “${search}”.`}
          sorting={sorting}
        />
      </div>
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

function turned(sort: MembersProps['sort'], by: string): 'asc' | 'desc' {
  return sort.by === by && sort.order === 'asc' ? 'desc' : 'asc';
}

function MemberName({ member }: { readonly member: MemberRow }): VNode {
  return (
    <>
      <bdi>{member.name}</bdi>
      {member.isYou && <span class="quiet-text"> (you)</span>}
      <span class="row-detail">
        <bdi>{member.email}</bdi>
        {!member.isEmailVerified && ' · not verified'}
      </span>
    </>
  );
}
