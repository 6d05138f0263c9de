import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listDatabaseRoles } from '../../../src/catalogue/projects/database-role-rows.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { actingAs, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import {
  addHostedProject,
  madeOnHost,
  type ProvisioningForTests,
  readerOf,
  uniqueName,
  urlOf,
  useTestProvisioning,
} from '../provisioning-for-tests.ts';

describe('a hosted project, made by an operator role that is no superuser', () => {
  const useParts = useTestProvisioning();

  it('has a database that its own role can use at once', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    await queryRows(urlOf(made), 'CREATE TABLE notes AS SELECT 1 AS id');
    expect(await queryRows(urlOf(made), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
    expect(made.project).toMatchObject({ pgVersion: 18, regionId: 'local' });
    expect(made.compute).toMatchObject({ state: 'active', hostId: 'local-18' });
  });

  it('has a reader that writes no table, also with read-only switched off', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    await queryRows(urlOf(made), 'CREATE SCHEMA other; CREATE TABLE other.notes AS SELECT 1 AS id');
    const url = urlOf(made, await readerOf(parts, made));
    expect(await queryRows(url, 'SELECT id FROM other.notes')).toEqual([{ id: 1 }]);
    await expect(queryRows(url, 'INSERT INTO other.notes VALUES (2)')).rejects.toThrow('read-only transaction');
    const off = 'SET default_transaction_read_only = off';
    for (const sql of ['INSERT INTO other.notes VALUES (2)', 'CREATE TABLE mine ()', 'CREATE TEMP TABLE mine ()']) {
      await expect(queryRows(url, `${off}; BEGIN READ WRITE; ${sql}`)).rejects.toThrow('permission denied');
    }
  });

  it.each(['own role', 'reader'])('keeps the password verifiers of the server from its %s', async (who) => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const url = urlOf(made, who === 'reader' ? await readerOf(parts, made) : {});
    await expect(queryRows(url, 'SELECT rolpassword FROM pg_authid')).rejects.toThrow('permission denied');
  });

  it('cannot be entered by the roles of another project', async () => {
    const parts = useParts();
    const [mine, theirs] = [await addHostedProject(parts), await addHostedProject(parts)];
    const database = theirs.databases[0]?.name;
    const reader = await readerOf(parts, mine);
    for (const url of [urlOf(mine, { database }), urlOf(mine, { ...reader, database })]) {
      await expect(queryRows(url, 'SELECT 1')).rejects.toThrow('permission denied for database');
    }
  });

  // On a server of the operator's own the catalogue's database was open to every project's role.
  it('cannot enter the catalogue where that is on the same server', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [catalogue] = (await sql<{ name: string }>`select current_database() as name`.execute(parts.catalogue.db))
      .rows;
    for (const role of [{}, await readerOf(parts, made)]) {
      const url = urlOf(made, { ...role, database: catalogue?.name });
      await expect(queryRows(url, 'SELECT 1')).rejects.toThrow('permission denied for database');
    }
  });

  it('is called like the project, with a number where that is taken', async () => {
    const parts = useParts();
    const name = uniqueName('Corner Shop').replaceAll('_', ' ');
    const stem = name.toLowerCase().replaceAll(' ', '_');
    const [first, second] = [await create(parts, { name }), await create(parts, { name })];
    expect(namesOf(first)).toEqual([stem, `${stem}_owner`, `${stem}_reader`]);
    const numbered = `${stem}_${second.project.id.replace(/^.*-/, '')}`;
    expect(namesOf(second)).toEqual([numbered, `${numbered}_owner`, `${numbered}_reader`]);
  });

  it('gets the number when two of one name are made at once', async () => {
    const parts = useParts();
    const name = uniqueName('twins');
    const made = await Promise.all([create(parts, { name }), create(parts, { name }), create(parts, { name })]);
    const databases = made.map((project) => namesOf(project)[0] ?? '');
    expect(new Set(databases).size).toBe(3);
    expect(databases.filter((database) => database === name)).toHaveLength(1);
  });

  it('is refused with 409 for a taken role name, keeping the other role', async () => {
    const parts = useParts();
    const roleName = uniqueName('taken');
    await runAsSuperuser(`CREATE ROLE ${roleName}`);
    onTestFinished(() => runAsSuperuser(`DROP ROLE ${roleName}`));
    const before = await madeOnHost(parts);
    await expect(create(parts, { roleName })).rejects.toMatchObject({ code: 'conflict', httpStatus: 409 });
    await expect(create(parts, { roleName: 'pg_mine' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await madeOnHost(parts)).toEqual(before);
  });

  it('is refused with 409 for a taken database name, dropping its new roles', async () => {
    const parts = useParts();
    const before = await madeOnHost(parts);
    await expect(create(parts, { databaseName: 'postgres' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await madeOnHost(parts)).toEqual(before);
  });

  it('is taken back from the server when it cannot be written down', async () => {
    const parts = useParts();
    const before = await madeOnHost(parts);
    await expect(create(parts, { name: 'x'.repeat(5_000) })).rejects.toThrow();
    expect(await madeOnHost(parts)).toEqual(before);
  });

  it('of a version that is not offered is refused with 422, naming what there is', async () => {
    const parts = useParts();
    const refusal = { code: 'not_offered', httpStatus: 422, message: expect.stringContaining('18 in "local"') };
    await expect(create(parts, { pgVersion: 12 })).rejects.toMatchObject(refusal);
    await expect(create(parts, { regionId: 'moon' })).rejects.toMatchObject(refusal);
  });

  it('cannot be made in the account of somebody else', async () => {
    const parts = useParts();
    const context = await actingAs(parts.catalogue, await addPerson(parts.catalogue, 'kim'));
    const input = { accountId: parts.person.accountId, name: 'theirs' };
    await expect(parts.provisioning.createHostedProject(context, input)).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each(['active', 'idle'])(
    'that is %s is deleted with its databases and roles, whoever is connected',
    async (state) => {
      const parts = useParts();
      const before = await madeOnHost(parts);
      const made = await addHostedProject(parts);
      const busy = queryRows(urlOf(made), 'SELECT pg_sleep(60)').catch((error: Error) => error.message);
      if (state === 'idle') await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId: made.compute.id });
      await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
      expect(await busy).toMatch(/terminat|not (currently )?accept|does not exist/);
      expect(await madeOnHost(parts)).toEqual(before);
      expect(await listDatabaseRoles(parts.catalogue.db, made.branchId)).toEqual([]);
    },
  );
});

function create(
  { provisioning, person }: ProvisioningForTests,
  wish: { name?: string; roleName?: string; databaseName?: string; pgVersion?: number; regionId?: string },
) {
  return provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId: person.accountId, name: 'shop', ...wish });
}

function namesOf({ databases, roles }: HostedProject): string[] {
  return [...databases, ...roles].map(({ name }) => name);
}
