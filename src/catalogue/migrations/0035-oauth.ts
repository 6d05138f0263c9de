// What people let programs do in their name by OAuth, the codes and tokens that rest on it, and the
// keys that sign for us as an issuer.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table oauth_consents (
      id text primary key,
      user_id text not null references users on delete cascade,
      client_id text not null,
      scopes text[] not null,
      given_from text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      last_used_at timestamptz(3),
      last_used_from text
    );
    create index oauth_consents_of_user on oauth_consents (user_id, created_at);
    create index oauth_consents_by_expiry on oauth_consents (expires_at);

    create table oauth_tokens (
      digest bytea primary key,
      kind text not null check (kind in ('code', 'access', 'refresh')),
      consent_id text not null references oauth_consents on delete cascade,
      payload jsonb not null,
      expires_at timestamptz(3) not null,
      consumed_at timestamptz(3)
    );
    create index oauth_tokens_of_consent on oauth_tokens (consent_id);
    create index oauth_tokens_by_expiry on oauth_tokens (expires_at);

    create table oauth_signing_keys (
      id text primary key,
      public_key jsonb not null,
      sealed_private_key text not null,
      created_at timestamptz(3) not null,
      signs_from timestamptz(3) not null
    );
  `.execute(db);
}
