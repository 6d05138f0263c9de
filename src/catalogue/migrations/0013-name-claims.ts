// Since when a project, a database or a database role has its name. Names are not unique across
// accounts, and a word that several have leads to the one that had it first.

import { type Kysely, sql } from 'kysely';

// A trigger, so that whoever renames counts as a newcomer, also by SQL or by an older release. The
// moment is the catalogue's own, since nodes' clocks may differ.
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create function note_new_name() returns trigger language plpgsql as $$
    begin
      new.named_at := clock_timestamp();
      return new;
    end $$`.execute(db);
  for (const name of ['projects', 'databases', 'database_roles']) {
    const table = sql.table(name);
    await sql`
      alter table ${table} add column named_at timestamptz;
      update ${table} set named_at = created_at;
      alter table ${table} alter column named_at set not null, alter column named_at set default clock_timestamp();
      create trigger note_new_name before update of name on ${table}
        for each row when (new.name is distinct from old.name) execute function note_new_name();
    `.execute(db);
  }
  await sql`
    create index projects_by_name on projects (lower(name), named_at);
    create index databases_by_name on databases (name, named_at);
  `.execute(db);
}
