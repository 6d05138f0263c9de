// Ways back into an account, and the end of one: reset links, changes of e-mail that wait for their
// proof, disabled people.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table users add column disabled_at timestamptz(3);
    create table reset_links (
      token_hash bytea primary key,
      user_id text not null references users on delete cascade,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    );
    create index reset_links_by_user on reset_links (user_id);
    create table email_changes (
      user_id text primary key references users on delete cascade,
      token_hash bytea not null unique,
      email text not null,
      email_key text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    );
  `.execute(db);
}
