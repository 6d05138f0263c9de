// Passkeys, one-time codes and recovery codes, how a browser session was signed in, and what a
// reset link takes away. Sessions from before count as signed in by a password alone.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table passkeys (
      id text primary key,
      credential_id text not null unique,
      user_id text not null references users on delete cascade,
      public_key bytea not null,
      counter bigint not null,
      transports jsonb not null,
      rp_id text not null,
      name text not null,
      is_synced boolean not null,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3)
    );
    create index passkeys_by_user on passkeys (user_id, created_at);
    create table one_time_code_secrets (
      id text primary key references users on delete cascade,
      sealed_secret text not null,
      last_step bigint not null,
      created_at timestamptz(3) not null,
      confirmed_at timestamptz(3)
    );
    create table recovery_codes (
      user_id text not null references users on delete cascade,
      code_hash bytea not null,
      created_at timestamptz(3) not null,
      primary key (user_id, code_hash)
    );
    alter table browser_sessions add column sign_in_method text not null default 'password'
      check (sign_in_method in ('password', 'password+otp', 'passkey', 'oidc', 'oidc+mfa'));
    alter table identities add column second_factor_at timestamptz(3);
    alter table reset_links add column removes_second_factors boolean not null default false;
  `.execute(db);
}
