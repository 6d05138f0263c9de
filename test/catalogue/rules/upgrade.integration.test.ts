import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ALL_MIGRATIONS } from '../../../src/catalogue/migrations/all-migrations.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';

/** The last migration before access rules. */
const BEFORE = Object.keys(ALL_MIGRATIONS)
  .filter((name) => name < '0023')
  .sort()
  .at(-1);

describe('a catalogue of the version before access rules', () => {
  it('allows everything after the upgrade, also in accounts that come later', async () => {
    await using database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    await using db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...ALL_MIGRATIONS }) } });
    await migrator.migrateTo(BEFORE ?? '');
    const addOrganization = (id: string) =>
      sql`insert into accounts (id, kind, name, handle, plan, passwordless_access, policy, billing, created_at, updated_at)
        values (${id}, 'organization', 'Old', ${id}, 'business', true, '{}', '{}', now(), now())`.execute(db);
    await addOrganization('org-old-oak-12345678');
    const { error } = await migrator.migrateToLatest();
    expect(error).toBeUndefined();
    await addOrganization('org-new-oak-12345678');
    const { rows } = await sql<{ account_id: string; rules: string[] }>`
      select account_id, array_agg(concat_ws(' ', subject_kind, object_kind, grants::text) order by made) as rules
      from access_rules group by account_id order by account_id desc`.execute(db);
    const rules = ['members account {}', 'guests account {}', 'account_tokens account {}'];
    expect(rows).toEqual(['org-old-oak-12345678', 'org-new-oak-12345678'].map((account_id) => ({ account_id, rules })));
  });
});
