import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { addHostedProject, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

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

async function twoTenants() {
  const parts = useParts();
  const [made, stranger] = [await addHostedProject(parts), await addHostedProject(parts)];
  const database = made.databases[0]?.name ?? '';
  return { parts: { ...parts, stranger }, made, role: stranger.roles[0]?.name ?? '', database };
}

async function enter(project: HostedProject, database: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(project, { database }) });
  client.on('error', () => {
    // Ended by the server.
  });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
