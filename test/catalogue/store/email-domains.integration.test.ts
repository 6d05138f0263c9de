import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ALL_MIGRATIONS } from '../../../src/catalogue/migrations/all-migrations.ts';
import { emailKey } from '../../../src/catalogue/store/email-address.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';

const MINE = '0025-email-domains';

interface Kept {
  readonly email: string;
  readonly email_key: string;
}

async function upgraded(before: (db: Kysely<never>) => Promise<void>, table: string): Promise<Kept[]> {
  await using database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  await using db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...ALL_MIGRATIONS }) } });
  await migrator.migrateTo(
    Object.keys(ALL_MIGRATIONS)
      .filter((name) => name < MINE)
      .sort()
      .at(-1) ?? '',
  );
  await before(db);
  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const { rows } = await sql<Kept>`select email, email_key from ${sql.table(table)} order by email_key`.execute(db);
  return rows;
}

const addUser = (
  db: Kysely<never>,
  { id, email, verified, age }: { id: string; email: string; verified: boolean; age: number },
) =>
  sql`insert into users (id, email, email_key, email_verified, name, image, is_operator, created_at, updated_at)
    values (${id}, ${email}, ${email.toLowerCase()}, ${verified}, 'A', '', false, now() - ${age} * interval '1 day', now())`.execute(
    db,
  );

describe('addresses kept by the version before', () => {
  it('are found by the spelling in which they are compared now', async () => {
    const people = await upgraded(async (db) => {
      await addUser(db, { id: 'u1', email: 'Ann@München.example', verified: true, age: 1 });
      await addUser(db, { id: 'u2', email: 'bob@example.com.', verified: true, age: 1 });
      await addUser(db, { id: 'u3', email: 'Cleo@Example.com', verified: true, age: 1 });
      await addUser(db, { id: 'u4', email: 'dan@a!b', verified: true, age: 1 });
    }, 'users');
    expect(people).toEqual([
      { email: 'Ann@xn--mnchen-3ya.example', email_key: 'ann@xn--mnchen-3ya.example' },
      { email: 'bob@example.com', email_key: 'bob@example.com' },
      { email: 'Cleo@Example.com', email_key: 'cleo@example.com' },
      { email: 'dan@a!b', email_key: 'dan@a!b' },
    ]);
    expect(people.every(({ email, email_key }) => emailKey(email) === email_key)).toBe(true);
  });

  it('go to the person who proved them where two had one', async () => {
    const people = await upgraded(async (db) => {
      await addUser(db, { id: 'squatter', email: 'ann@münchen.example', verified: false, age: 9 });
      await addUser(db, { id: 'owner', email: 'ann@münchen.example.', verified: true, age: 1 });
    }, 'users');
    expect(people).toEqual([
      { email: 'ann@xn--mnchen-3ya.example', email_key: 'ann@xn--mnchen-3ya.example' },
      { email: 'squatter@duplicate.invalid', email_key: 'squatter@duplicate.invalid' },
    ]);
  });

  it('leave one invitation where several were of one', async () => {
    const invitations = await upgraded(async (db) => {
      await sql`insert into accounts (id, kind, name, handle, plan, passwordless_access, policy, billing, created_at, updated_at)
        values ('org-1', 'organization', 'O', 'org-1', 'free', true, '{}', '{}', now(), now())`.execute(db);
      for (const email of ['ann@xn--mnchen-3ya.example', 'ann@münchen.example', 'ann@münchen.example.']) {
        await sql`insert into invitations (id, account_id, email, email_key, member_role, token_hash, link_delivery, invited_at, expires_at)
          values (${email}, 'org-1', ${email}, ${email}, 'member', ${Buffer.from(email)}, 'mailed', now(), now())`.execute(
          db,
        );
      }
    }, 'invitations');
    expect(invitations).toEqual([{ email: 'ann@xn--mnchen-3ya.example', email_key: 'ann@xn--mnchen-3ya.example' }]);
  });
});
