// Users and groups that an organization's identity provider pushes by SCIM, the keys by which it
// does, and the rules by which such users may join.

import { type Kysely, sql } from 'kysely';

// NOTE: `scim_users.user_id` counts only while the person is a member: it survives a membership, so
// that whoever comes back is known again.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table api_keys drop constraint api_keys_kind_check;
    alter table api_keys
      add constraint api_keys_kind_check check (kind in ('personal', 'organization', 'project', 'scim'));

    create table scim_users (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      user_name text not null,
      user_name_key text not null,
      external_id text,
      email text not null,
      email_key text not null,
      is_active boolean not null,
      attributes jsonb not null,
      user_id text references users on delete set null,
      version integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      constraint scim_users_by_name unique (account_id, user_name_key),
      constraint scim_users_by_email unique (account_id, email_key)
    );
    create unique index scim_users_of_person on scim_users (user_id, account_id) where user_id is not null;
    create index scim_users_by_external_id on scim_users (account_id, external_id) where external_id is not null;
    create index scim_users_by_address on scim_users (email_key);
    create index scim_users_in_order on scim_users (account_id, created_at, id);

    create table scim_groups (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      team_id text not null unique,
      external_id text,
      version integer not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      foreign key (team_id, account_id) references teams (id, account_id) on delete cascade
    );
    create index scim_groups_in_order on scim_groups (account_id, created_at, id);

    create table scim_group_members (
      group_id text not null references scim_groups on delete cascade,
      scim_user_id text not null references scim_users on delete cascade,
      primary key (group_id, scim_user_id)
    );
    create index scim_group_members_of_user on scim_group_members (scim_user_id);

    alter table join_rules drop constraint join_rules_kind_check;
    alter table join_rules
      add constraint join_rules_kind_check check (kind in ('group', 'domain', 'provisioned'));
    alter table join_offers add column scim_user_id text references scim_users on delete cascade;
    create index join_offers_of_scim_user on join_offers (scim_user_id) where scim_user_id is not null;
  `.execute(db);
}
