// Identity providers: which of their sessions a browser session came from, the groups that they say
// a person is in, and what an organization makes of groups and domains.

import { type Kysely, sql } from 'kysely';

// Rules keep issuers without a slash at the end, since admins choose them from the settings.
// `team_groups` names teams of migration 0019 and so has no foreign key to them.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table browser_sessions
      add column issuer text,
      add column subject text,
      add column sid text;
    create index browser_sessions_by_identity on browser_sessions (issuer, subject) where issuer is not null;
    create index browser_sessions_by_sid on browser_sessions (issuer, sid) where sid is not null;

    alter table identities
      add column groups jsonb,
      add column groups_read_at timestamptz(3);

    create table join_rules (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      issuer text not null,
      kind text not null check (kind in ('group', 'domain')),
      value text not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      unique (account_id, issuer, kind, value)
    );
    create index join_rules_by_issuer on join_rules (issuer, kind, value);

    create table join_offers (
      rule_id text not null references join_rules on delete cascade,
      user_id text not null references users on delete cascade,
      offered_at timestamptz(3) not null,
      declined_at timestamptz(3),
      primary key (rule_id, user_id)
    );
    create index join_offers_of_user on join_offers (user_id);

    create table memberships_by_rule (
      account_id text not null,
      user_id text not null,
      rule_id text not null references join_rules on delete cascade,
      primary key (account_id, user_id),
      foreign key (account_id, user_id) references memberships (account_id, user_id) on delete cascade
    );

    create table team_groups (
      team_id text not null,
      account_id text not null references accounts on delete cascade,
      issuer text not null,
      group_name text not null,
      created_at timestamptz(3) not null,
      primary key (team_id, issuer, group_name)
    );
    create index team_groups_by_issuer on team_groups (issuer, group_name);

    create table logout_rules (
      account_id text primary key references accounts on delete cascade,
      ends text not null check (ends in ('connections', 'connections_and_tokens'))
    );
  `.execute(db);
}
