// Credentials of programs, and the canaries that prove that the sealing keys are the right ones.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table api_keys (
      id bigint generated always as identity primary key,
      key_hash bytea not null unique,
      kind text not null check (kind in ('personal', 'organization', 'project')),
      user_id text references users on delete cascade,
      account_id text references accounts on delete cascade,
      project_id text references projects on delete cascade,
      name text not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3),
      last_used_from text,
      check ((kind = 'personal') = (user_id is not null)),
      check ((kind = 'personal') = (account_id is null)),
      check ((kind = 'project') = (project_id is not null))
    );
    create index api_keys_of_user on api_keys (user_id, id) where user_id is not null;
    create index api_keys_of_account on api_keys (account_id, id) where account_id is not null;
    create index api_keys_of_project on api_keys (project_id) where project_id is not null;

    create table access_tokens (
      id text primary key,
      name text not null,
      scram_verifier text not null,
      owner_user_id text references users on delete cascade,
      owner_account_id text references accounts on delete cascade,
      compute_id text not null references computes on delete cascade,
      database text,
      database_role text,
      access text not null check (access in ('read_write', 'read_only')),
      allowed_networks jsonb not null,
      max_connections integer not null,
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      last_used_at timestamptz(3),
      last_used_from text,
      check ((owner_user_id is null) <> (owner_account_id is null))
    );
    create index access_tokens_of_user on access_tokens (owner_user_id) where owner_user_id is not null;
    create index access_tokens_of_account on access_tokens (owner_account_id) where owner_account_id is not null;
    create index access_tokens_of_compute on access_tokens (compute_id);

    create table sealing_canaries (
      key_id text primary key,
      sealed_canary text not null,
      created_at timestamptz(3) not null
    );
  `.execute(db);
}
