// Which people approved logins under which requested user, and where: what grants rest on behind
// an address that several people share.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table login_names (
      user_id text not null references users on delete cascade,
      requested_user bytea not null,
      place text not null,
      approved_at timestamptz(3) not null,
      primary key (requested_user, place, user_id)
    );
    create index login_names_by_place on login_names (place, approved_at);
    create index login_names_of_user on login_names (user_id);
    create index users_by_local_part on users (split_part(email_key, '@', 1));
    create index browser_sessions_by_ip on browser_sessions (ip);
  `.execute(db);
}
