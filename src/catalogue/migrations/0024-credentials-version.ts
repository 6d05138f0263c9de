// A count of the changes of a person's ways to sign in: a sign-in under way is void after one.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table users add column credentials_version integer not null default 0`.execute(db);
}
