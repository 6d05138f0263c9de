// Which organizations ask their members and guests for a second factor.

import { type Kysely, sql } from 'kysely';

// The index holds those that do, since each login looks for them.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table accounts add column demands_second_factor boolean not null default false;
    create index accounts_demanding_second_factor on accounts (id) where demands_second_factor;
  `.execute(db);
}
