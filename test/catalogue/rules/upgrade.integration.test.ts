// A catalogue as the version before access rules left it, started by this one: nothing changes for
// anybody, in no account and at no door, until an admin turns the default rules off.

import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { judgeTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { listTargets } from '../../../src/catalogue/access/targets.ts';
import { resolveAccessToken, resolveRoutedRole } from '../../../src/catalogue/logins/find-verifier.ts';
import { findRoleOfProject } from '../../../src/catalogue/logins/route-role.ts';
import { ALL_MIGRATIONS } from '../../../src/catalogue/migrations/all-migrations.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { Sealer } from '../../../src/catalogue/store/sealing.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { isPosternError } from '../../../src/errors.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  newSealingKey,
  openCatalogueOn,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';
import { createTestDatabase } from '../../support/databases/postgres-for-tests.ts';

/** The last migration before access rules. */
const BEFORE = Object.keys(ALL_MIGRATIONS)
  .filter((name) => name < '0023')
  .sort()
  .at(-1);
const ADDRESS = '203.0.113.7';

const sealer = new Sealer([newSealingKey()]);
const present = useTestCatalogue({ sealer });

/** An organization with all that lets people and programs in. */
async function fill(catalogue: Catalogue) {
  const admin = await addPerson(catalogue, 'admin');
  const member = await addPerson(catalogue, 'member');
  const guest = await addPerson(catalogue, 'guest');
  const { id: accountId } = await addOrganization(catalogue, admin);
  await addMemberTo(catalogue, { id: accountId }, { person: member });
  const { project, compute } = await addProject(catalogue, accountId, 'shop');
  await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [guest.email] });
  const wanted = { name: 'ci', computeId: compute.id, access: 'read_write' } as const;
  const own = await createAccessToken(catalogue, await actingAs(catalogue, member), { ...wanted, owner: 'self' });
  const shared = await createAccessToken(catalogue, await actingAs(catalogue, admin), { ...wanted, owner: 'account' });
  return { accountId, project, compute, people: { admin, member, guest }, tokens: { own, shared } };
}

type Filled = Awaited<ReturnType<typeof fill>>;

async function isLetIn(ask: Promise<unknown>): Promise<boolean> {
  return await ask.then(
    () => true,
    (error: unknown) => {
      if (isPosternError(error, 'rule_denied')) return false;
      throw error;
    },
  );
}

/** What is offered to each person, and which door lets whom in. */
async function answers(catalogue: Catalogue, { project, compute, people, tokens }: Filled) {
  const found: Record<string, boolean> = {};
  for (const [name, { userId }] of Object.entries(people)) {
    const offered = await listTargets(catalogue, await actorOf(catalogue, userId), { address: ADDRESS });
    const computes = offered.flatMap(({ projects }) => projects.flatMap((each) => each.computes));
    found[`${name} is offered it`] = computes.some(({ id, roles }) => id === compute.id && roles.length > 0);
    for (const door of ['link', 'oauth'] as const)
      for (const access of ['read_write', 'read_only'] as const) {
        const choice = { userId, computeId: compute.id, database: 'appdb', databaseRole: null, access };
        const judged = judgeTarget(catalogue, choice, { door, address: ADDRESS, signIn: null });
        found[`${name} by ${door}, ${access}`] = await isLetIn(judged);
      }
  }
  for (const [name, { accessToken }] of Object.entries(tokens)) {
    found[`${name} token`] = await isLetIn(resolveAccessToken(catalogue, accessToken, { address: ADDRESS }));
  }
  const route = await findRoleOfProject(catalogue, 'app', { endpoint: null, project: project.id });
  if (route?.kind !== 'role') throw new Error('the role has a password');
  found['role password'] = await isLetIn(resolveRoutedRole(catalogue, route.role, { address: ADDRESS }));
  return found;
}

/** An empty catalogue of the version before. */
async function createOld(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...ALL_MIGRATIONS }) } });
  const { error } = await migrator.migrateTo(BEFORE ?? '');
  if (error !== undefined) throw error;
  return db;
}

/** Every row, with the columns that there were. */
async function copyRows(from: Catalogue, old: Kysely<never>): Promise<void> {
  await sql`set session_replication_role = replica`.execute(old);
  const { rows: columns } = await sql<{ name: string; columns: string[] }>`
    select table_name as name, array_agg(column_name::text) as columns
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'
      and table_name not like 'kysely%' group by table_name`.execute(old);
  for (const { name, columns: kept } of columns) {
    const table = sql.table(name);
    const { rows } = await sql<{ row: object }>`select to_jsonb(present) as row from ${table} present`.execute(from.db);
    const names = sql.join(kept.map((column) => sql.ref(column)));
    await sql`delete from ${table}`.execute(old);
    for (const { row } of rows) {
      await sql`
        insert into ${table} (${names}) overriding system value
        select ${names} from jsonb_populate_record(null::${table}, ${JSON.stringify(row)}::jsonb)`.execute(old);
    }
  }
}

describe('a catalogue of the version before access rules', () => {
  it('starts unchanged in behaviour, and is strict as soon as its rules are gone', async () => {
    const filled = await fill(present());
    await using database = await createTestDatabase();
    const old = await createOld(database.url);
    await copyRows(present(), old);
    await old.destroy();

    const upgraded = await openCatalogueOn(database.url, { sealer });
    const after = await answers(upgraded, filled);
    expect(Object.keys(after).length).toBe(3 * 5 + 3);
    expect(Object.entries(after).filter(([, isIn]) => !isIn)).toEqual([]);

    const context = await actingAs(upgraded, filled.people.admin);
    await replaceAccessRules(upgraded, context, { accountId: filled.accountId, set: 'strict' });
    const strict = await answers(upgraded, filled);
    expect(Object.entries(strict).filter(([, isIn]) => isIn)).toEqual([]);
  });

  it('gives the default rules to the accounts that it had, and to later ones', async () => {
    await using database = await createTestDatabase();
    await using db = await createOld(database.url);
    const addAccount = (id: string) =>
      sql`insert into accounts (id, kind, name, handle, plan, passwordless_access, policy, billing, created_at, updated_at)
        values (${id}, 'organization', 'Old', ${id}, 'business', true, '{}', '{}', now(), now())`.execute(db);
    await addAccount('org-old-oak-12345678');
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...ALL_MIGRATIONS }) } });
    const { error } = await migrator.migrateToLatest();
    expect(error).toBeUndefined();
    await addAccount('org-new-oak-12345678');
    const { rows } = await sql<{ account_id: string; rules: string[] }>`
      select account_id, array_agg(concat_ws(' ', subject_kind, object_kind, grants::text) order by made) as rules
      from access_rules group by account_id order by account_id desc`.execute(db);
    const rules = ['members account {}', 'guests account {}', 'account_tokens account {}'];
    expect(rows).toEqual(['org-old-oak-12345678', 'org-new-oak-12345678'].map((account_id) => ({ account_id, rules })));
  });
});
