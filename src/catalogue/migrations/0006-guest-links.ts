// Guests without an account get a link to create one, as invited members do.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table project_shares
      add column link_hash bytea unique,
      add column link_expires_at timestamptz(3);
  `.execute(db);
}
