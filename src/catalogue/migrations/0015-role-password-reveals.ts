// The people who were shown the password that a database role has now.

import { type Kysely, sql } from 'kysely';

// Rows go with the role and the person; a new password takes them away.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table role_password_reveals (
      role_id text not null references database_roles on delete cascade,
      user_id text not null references users on delete cascade,
      revealed_at timestamptz(3) not null,
      primary key (role_id, user_id)
    );
    create index role_password_reveals_by_user on role_password_reveals (user_id);
  `.execute(db);
}
