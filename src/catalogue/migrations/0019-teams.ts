// Teams: named sets of members of an organization, whom access rules name.

import { type Kysely, sql } from 'kysely';

// A team's members are members of its organization: both keys carry the account, so that whoever
// leaves the organization is in none of its teams any more.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table teams (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      name text not null,
      created_at timestamptz(3) not null,
      unique (id, account_id)
    );
    create unique index teams_by_name on teams (account_id, lower(name));

    create table team_members (
      team_id text not null,
      account_id text not null,
      user_id text not null,
      added_by text not null check (added_by in ('hand', 'group')),
      -- The issuer whose groups say so; empty for by hand. A person may be in by several ways.
      issuer text not null default '',
      added_at timestamptz(3) not null,
      primary key (team_id, user_id, issuer),
      foreign key (team_id, account_id) references teams (id, account_id) on delete cascade,
      foreign key (account_id, user_id) references memberships (account_id, user_id) on delete cascade,
      check ((added_by = 'hand') = (issuer = ''))
    );
    create index team_members_of_user on team_members (user_id, account_id);
  `.execute(db);
}
