// People, accounts, memberships, and the credentials of people.

import { type Kysely, sql } from 'kysely';

// Times have millisecond precision, as in JavaScript, since cursors compare them for equality.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table users (
      id text primary key,
      email text not null,
      email_key text not null unique,
      email_verified boolean not null,
      name text not null,
      image text not null,
      password_hash text,
      is_operator boolean not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );

    create table identities (
      issuer text not null,
      subject text not null,
      user_id text not null references users on delete cascade,
      email text,
      linked_at timestamptz(3) not null,
      primary key (issuer, subject)
    );
    create index identities_of_user on identities (user_id);

    create table accounts (
      id text primary key,
      kind text not null check (kind in ('personal', 'organization')),
      user_id text unique references users on delete cascade,
      name text not null,
      handle text not null unique,
      plan text not null check (plan in ('free', 'launch', 'scale', 'business', 'enterprise')),
      passwordless_access boolean not null,
      policy jsonb not null,
      billing jsonb not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      check (case kind when 'personal' then user_id = id and user_id is not null else user_id is null end)
    );

    create table memberships (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      user_id text not null references users on delete cascade,
      member_role text not null check (member_role in ('admin', 'member')),
      joined_at timestamptz(3) not null,
      unique (account_id, user_id)
    );
    create index memberships_of_user on memberships (user_id);
    create index memberships_by_joining on memberships (account_id, joined_at, id);

    create table invitations (
      id text primary key,
      account_id text not null references accounts on delete cascade,
      email text not null,
      email_key text not null,
      member_role text not null check (member_role in ('admin', 'member')),
      token_hash bytea not null unique,
      invited_by text references users on delete set null,
      invited_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      unique (account_id, email_key)
    );
    create index invitations_of_email on invitations (email_key);

    create table organization_requests (
      id text primary key,
      requested_by text not null references users on delete cascade,
      admin_email text not null,
      name text not null,
      consented_at timestamptz(3) not null,
      status text not null check (status in ('requested', 'approved', 'declined')),
      reason text,
      decided_by text references users on delete set null,
      decided_at timestamptz(3),
      organization_id text references accounts on delete set null,
      created_at timestamptz(3) not null
    );
    create index organization_requests_by_status on organization_requests (status, created_at, id);
    create unique index organization_requests_one_open on organization_requests (requested_by)
      where status = 'requested';

    create table browser_sessions (
      id text primary key,
      cookie_hash bytea not null unique,
      user_id text not null references users on delete cascade,
      ip text not null,
      user_agent text not null,
      created_at timestamptz(3) not null,
      last_seen_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    );
    create index browser_sessions_of_user on browser_sessions (user_id);
    create index browser_sessions_by_end on browser_sessions (expires_at);

    create table setup_codes (
      code_hash bytea primary key,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    );

    create table known_terminals (
      user_id text not null references users on delete cascade,
      terminal text not null,
      approved_at timestamptz(3) not null,
      primary key (user_id, terminal)
    );
  `.execute(db);
}
