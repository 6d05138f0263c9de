import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import type { Secret } from '../../../src/secret.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { addHostedProject, readerOf, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

describe('a database whose owner let strangers in', () => {
  it.each([
    ['a role of another project', (role: string) => role],
    ['everybody', () => 'PUBLIC'],
  ])('is closed to %s, whose sessions end', async (_whom, grantee) => {
    const { parts, made, role, database } = await twoTenants();
    await queryRows(urlOf(made), `GRANT CONNECT ON DATABASE ${database} TO ${grantee(role)}`);
    const inside = await enter(parts.stranger, database);
    await parts.takeOvers.tend();
    await expect(inside.query('SELECT 1')).rejects.toThrow();
    await expect(enter(parts.stranger, database)).rejects.toMatchObject({ code: '42501' });
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one'), 'its own people go on').toEqual([{ one: 1 }]);
  });

  it('stays open to a role of the operator', async () => {
    const { parts, made, database } = await twoTenants();
    const watcher = uniqueName('watcher');
    await runAsSuperuser(`CREATE ROLE ${watcher} LOGIN PASSWORD 'watching'`);
    onTestFinished(() => runAsSuperuser(`REVOKE ALL ON DATABASE ${database} FROM ${watcher}; DROP ROLE ${watcher}`));
    await queryRows(urlOf(made), `GRANT CONNECT ON DATABASE ${database} TO ${watcher}`);
    await parts.takeOvers.tend();
    const granted = `SELECT has_database_privilege('${watcher}', '${database}', 'CONNECT') AS may`;
    expect(await queryRows(postgresUrl(), granted)).toEqual([{ may: true }]);
  });

  it('is closed although another one is held by its owner', async () => {
    const { parts, made, role, database } = await twoTenants();
    const held = await addHostedProject(parts);
    const name = held.databases[0]?.name ?? '';
    await queryRows(urlOf(held), `GRANT CONNECT ON DATABASE ${name} TO ${role}`);
    await queryRows(urlOf(made), `GRANT CONNECT ON DATABASE ${database} TO ${role}`);
    const holder = await enter(held, name);
    await holder.query('BEGIN');
    await holder.query(`ALTER DATABASE ${name} CONNECTION LIMIT 50`);
    await parts.takeOvers.tend();
    await expect(enter(parts.stranger, database)).rejects.toMatchObject({ code: '42501' });
    await holder.query('ROLLBACK');
    await parts.takeOvers.tend();
    await expect(enter(parts.stranger, name)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a way into another project that somebody inside left open', () => {
  it('is closed although a role granted it that is not the owner', async () => {
    const { parts, made, role, database } = await twoTenants();
    const reader = await readerOf(parts, made);
    await queryRows(urlOf(made), `GRANT CONNECT ON DATABASE ${database} TO ${reader.role} WITH GRANT OPTION`);
    const inside = await enter(made, database, reader);
    await inside.query('SET default_transaction_read_only = off');
    await inside.query(`GRANT CONNECT ON DATABASE ${database} TO ${role}`);
    await parts.takeOvers.tend();
    await expect(enter(parts.stranger, database)).rejects.toMatchObject({ code: '42501' });
    expect(await queryRows(urlOf(made, reader), 'SELECT 1 AS one'), 'its own people go on').toEqual([{ one: 1 }]);
  });

  it('ends with the session whose grant was taken back behind it', async () => {
    const { parts, made, role, database } = await twoTenants();
    await queryRows(urlOf(made), `GRANT CONNECT ON DATABASE ${database} TO ${role}`);
    const inside = await enter(parts.stranger, database);
    await queryRows(urlOf(made), `REVOKE CONNECT ON DATABASE ${database} FROM ${role}`);
    await parts.takeOvers.tend();
    await expect(inside.query('SELECT 1')).rejects.toThrow();
  });

  it('is no membership in its role, whose sessions end', async () => {
    const { parts, made, role, database } = await twoTenants();
    const owner = made.roles[0]?.name ?? '';
    const operator = new URL(postgresUrl());
    [operator.username, operator.password] = [parts.admin, 'hosting'];
    // Before PostgreSQL 15, a tenant could do this itself.
    await queryRows(operator.href, `GRANT ${owner} TO ${role}`);
    const inside = await enter(parts.stranger, parts.stranger.databases[0]?.name ?? '');
    await inside.query(`SET ROLE ${owner}`);
    await parts.takeOvers.tend();
    await expect(inside.query(`ALTER DATABASE ${database} CONNECTION LIMIT 0`)).rejects.toThrow();
    const again = await enter(parts.stranger, parts.stranger.databases[0]?.name ?? '');
    await expect(again.query(`SET ROLE ${owner}`)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a database whose owner set what ends or changes other sessions', () => {
  it.each([
    ['local_preload_libraries', "'nothing'"],
    ['exit_on_error', 'on'],
    ['session_authorization', 'OWNER'],
    ['role', 'OWNER'],
  ])('is still worked in by Postern: %s', async (setting, value) => {
    const { parts, made, database } = await twoTenants();
    const owner = made.roles[0]?.name ?? '';
    await queryRows(urlOf(made), `ALTER DATABASE ${database} SET ${setting} = ${value.replace('OWNER', `'${owner}'`)}`);
    const place = { projectId: made.project.id, branchId: made.branchId, name: uniqueName('helper') };
    await parts.provisioning.createRole(SYSTEM_CONTEXT, place);
    await parts.provisioning.deleteRole(SYSTEM_CONTEXT, place);
    expect(await queryRows(postgresUrl(), `SELECT FROM pg_roles WHERE rolname = '${place.name}'`)).toEqual([]);
  });
});

describe('what writes without a table', () => {
  it('is closed to readers by a superuser', async () => {
    const { parts, made } = await twoTenants();
    const reader = urlOf(made, await readerOf(parts, made));
    const readWrite = 'SET default_transaction_read_only = off';
    const object = 'SELECT lo_create(0) > 0 AS done';
    await runAsSuperuser(`ALTER ROLE ${parts.admin} SUPERUSER`);
    try {
      await parts.takeOvers.tend();
      expect(await queryRows(urlOf(made), object)).toEqual([{ done: true }]);
      for (const sql of [object, object.replace('lo_create', 'lo_creat'), "SELECT lo_from_bytea(0, '')"]) {
        await expect(queryRows(reader, `${readWrite}; ${sql}`)).rejects.toMatchObject({ code: '42501' });
      }
      const place = { projectId: made.project.id, branchId: made.branchId, name: uniqueName('late') };
      const { password } = await parts.provisioning.createRole(SYSTEM_CONTEXT, place);
      expect(await queryRows(urlOf(made, { role: place.name, password }), object)).toEqual([{ done: true }]);
      await parts.provisioning.deleteRole(SYSTEM_CONTEXT, place);
    } finally {
      await runAsSuperuser(`ALTER ROLE ${parts.admin} NOSUPERUSER`);
    }
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

async function twoTenants() {
  const parts = useParts();
  const [made, stranger] = [await addHostedProject(parts), await addHostedProject(parts)];
  const database = made.databases[0]?.name ?? '';
  return { parts: { ...parts, stranger }, made, role: stranger.roles[0]?.name ?? '', database };
}

async function enter(
  project: HostedProject,
  database: string,
  as: { role?: string; password?: Secret } = {},
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(project, { database, ...as }) });
  client.on('error', () => {
    // Ended by the server.
  });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
