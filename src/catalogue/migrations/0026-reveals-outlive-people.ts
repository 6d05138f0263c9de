// People who are removed still know the passwords they were shown: only a new one, or the end of
// the role, takes the mark away.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table role_password_reveals drop constraint role_password_reveals_user_id_fkey`.execute(db);
}
