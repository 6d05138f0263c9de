// When and from where the password of a database role was last used by a client.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table database_roles add column last_used_at timestamptz(3), add column last_used_from text`.execute(
    db,
  );
}
