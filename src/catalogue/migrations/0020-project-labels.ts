// What a project is for, as its admins mark it: people see it wherever they decide.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table projects add column label text not null default 'none'
      check (label in ('none', 'staging', 'production'));
  `.execute(db);
}
