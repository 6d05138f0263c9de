import { describe, expect, it } from 'vitest';
import { listDatabaseRoles } from '../../../src/catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../src/catalogue/projects/databases.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import {
  addHostedProject,
  type ProvisioningForTests,
  placeOf,
  readerOf,
  uniqueName,
  urlOf,
  useTestProvisioning,
} from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

describe('a further database of a hosted project', () => {
  it('is open to the roles of its project and to nobody else', async () => {
    const parts = useParts();
    const [made, others] = [await addHostedProject(parts), await addHostedProject(parts)];
    const database = await addDatabase(parts, made);
    const late = await addRole(parts, made);
    await queryRows(urlOf(made, { database }), 'CREATE TABLE notes AS SELECT 1 AS id');
    for (const as of [late, await readerOf(parts, made)]) {
      expect(await queryRows(urlOf(made, { ...as, database }), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
    }
    await expect(queryRows(urlOf(others, { database }), 'SELECT 1')).rejects.toThrow('permission denied for database');
  });

  it('is refused by a name that holds what nobody sees', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    for (const hidden of ['a\u202eb', 'a\u200bb', 'a\u009bb', 'a\u2066b', 'a\u00adb', 'a\u{e0041}b']) {
      await expect(addDatabase(parts, made, hidden)).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });

  it('is refused with 409 when its name is taken on the server', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [own] = made.databases;
    await expect(addDatabase(parts, made, own?.name)).rejects.toMatchObject({ code: 'conflict' });
    expect(await listDatabases(parts.catalogue.db, made.branchId)).toHaveLength(1);
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is renamed for real, also while somebody is connected', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [from, newName] = [await addDatabase(parts, made), uniqueName('renamed')];
    const busy = queryRows(urlOf(made, { database: from }), 'SELECT pg_sleep(60)').catch((error: Error) => error);
    await parts.provisioning.changeDatabase(SYSTEM_CONTEXT, { ...placeOf(made, from), newName });
    expect(await busy).toBeInstanceOf(Error);
    expect(await queryRows(urlOf(made, { database: newName }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('keeps its name and its doors open when the new name is taken', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const change = { ...placeOf(made, await addDatabase(parts, made)), newName: 'postgres' };
    await expect(parts.provisioning.changeDatabase(SYSTEM_CONTEXT, change)).rejects.toMatchObject({ code: 'conflict' });
    expect(await queryRows(urlOf(made, { database: change.name }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('given to another role stays open to the one that had it', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const { role } = await addRole(parts, made);
    const database = await addDatabase(parts, made);
    await parts.provisioning.changeDatabase(SYSTEM_CONTEXT, { ...placeOf(made, database), ownerName: role });
    expect(await queryRows(urlOf(made, { database }), 'CREATE TABLE more ()')).toEqual([]);
    await expect(
      parts.provisioning.deleteRole(SYSTEM_CONTEXT, placeOf(made, role)),
      'a role that owns a database takes nothing with it',
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(database) });
  });

  // A rule can narrow where somebody connects, and the owner of a database drops it from any other.
  it('is not altered or dropped by SQL as a reader, nor where another role owns it', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const database = await addDatabase(parts, made);
    const statements = [`DROP DATABASE ${database}`, `ALTER DATABASE ${database} SET search_path = x`];
    const refuses = async (url: string) => {
      for (const sql of statements) await expect(queryRows(url, sql)).rejects.toMatchObject({ code: '42501' });
    };
    const reader = new URL(urlOf(made, await readerOf(parts, made)));
    reader.searchParams.set('options', '-c default_transaction_read_only=off');
    await refuses(reader.href);
    const { role } = await addRole(parts, made);
    await parts.provisioning.changeDatabase(SYSTEM_CONTEXT, { ...placeOf(made, database), ownerName: role });
    await refuses(urlOf(made));
    expect(await queryRows(urlOf(made, { database }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is dropped for real, but never the last one', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const database = await addDatabase(parts, made);
    await parts.provisioning.deleteDatabase(SYSTEM_CONTEXT, placeOf(made, database));
    await expect(queryRows(urlOf(made, { database }), 'SELECT 1')).rejects.toThrow('does not exist');
    const last = placeOf(made, made.databases[0]?.name ?? '');
    await expect(parts.provisioning.deleteDatabase(SYSTEM_CONTEXT, last)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a further role of a hosted project', () => {
  it("shares tables with the project's own role, readable for the reader", async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    await queryRows(urlOf(made), 'CREATE TABLE ours AS SELECT 1 AS id');
    const late = await addRole(parts, made);
    await queryRows(urlOf(made, late), 'INSERT INTO ours VALUES (2); CREATE TABLE theirs AS SELECT 3 AS id');
    await queryRows(urlOf(made), 'INSERT INTO theirs VALUES (4)');
    const url = urlOf(made, await readerOf(parts, made));
    const sum = 'SELECT (SELECT sum(id) FROM ours)::int + (SELECT sum(id) FROM theirs)::int AS sum';
    expect(await queryRows(url, sum)).toEqual([{ sum: 10 }]);
  });

  it('leaves what it has made to the project’s own role when it is deleted', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const late = await addRole(parts, made);
    await queryRows(urlOf(made, late), 'CREATE TABLE theirs AS SELECT 3 AS id');
    await parts.provisioning.deleteRole(SYSTEM_CONTEXT, placeOf(made, late.role));
    await expect(queryRows(urlOf(made, late), 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(await queryRows(urlOf(made), 'DELETE FROM theirs RETURNING id')).toEqual([{ id: 3 }]);
    expect((await listDatabaseRoles(parts.catalogue.db, made.branchId)).map(({ name }) => name)).not.toContain(
      late.role,
    );
  });

  it('that is protected is not deleted', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const own = placeOf(made, made.roles[0]?.name ?? '');
    await expect(parts.provisioning.deleteRole(SYSTEM_CONTEXT, own)).rejects.toMatchObject({ code: 'conflict' });
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gets a new password on the server, after which the old one is refused', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const place = placeOf(made, made.roles[0]?.name ?? '');
    const { password } = await parts.provisioning.resetRolePassword(SYSTEM_CONTEXT, place);
    await expect(queryRows(urlOf(made), 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(await queryRows(urlOf(made, { password }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

async function addDatabase(
  { provisioning }: ProvisioningForTests,
  made: HostedProject,
  name = uniqueName('more'),
): Promise<string> {
  const ownerName = made.roles[0]?.name ?? '';
  return (await provisioning.createDatabase(SYSTEM_CONTEXT, { ...placeOf(made, name), ownerName })).name;
}

async function addRole({ provisioning }: ProvisioningForTests, made: HostedProject) {
  const { role, password } = await provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, uniqueName('late')));
  return { role: role.name, password };
}
