// Deletions that other tenants, or the owner, could stop half-way for ever (docs/security.md has
// the attack).

import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import {
  addHostedProject,
  madeOnHost,
  placeOf,
  uniqueName,
  urlOf,
  useTestProvisioning,
} from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

/** The settings of a database's owner, each of which would break an ordinary session of ours. */
const SETTINGS = [
  'default_transaction_read_only = on',
  'default_transaction_isolation = serializable',
  'statement_timeout = 1',
  'lock_timeout = 1',
  'transaction_timeout = 1',
  'idle_session_timeout = 1',
  "search_path = ''",
  'standard_conforming_strings = off',
];

const roleExists = async (role: string) =>
  (await queryRows(postgresUrl(), `SELECT 1 FROM pg_roles WHERE rolname = '${role}'`)).length > 0;
const oidOf = async (role: string) =>
  (await queryRows(postgresUrl(), `SELECT oid FROM pg_roles WHERE rolname = '${role}'`))[0]?.oid;
const gone = async (oid: unknown) =>
  (await queryRows(postgresUrl(), `SELECT 1 FROM pg_roles WHERE oid = ${oid}`)).length === 0;

async function twoTenants() {
  const parts = useParts();
  const [made, other] = [await addHostedProject(parts), await addHostedProject(parts)];
  const role = made.roles[0]?.name ?? '';
  const neighbour = other.databases[0]?.name ?? '';
  return { parts, made, other, role, neighbour, oid: await oidOf(role) };
}

/** In a database that everybody may enter, since nobody can close the one that he is in. */
const asOwnerElsewhere = (made: HostedProject, sql: string) => queryRows(urlOf(made, { database: 'postgres' }), sql);

describe('deleting a project', () => {
  it.each(SETTINGS)('goes through a neighbour’s database with %s', async (setting) => {
    const { parts, made, other, role, neighbour, oid } = await twoTenants();
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    await queryRows(urlOf(other), `ALTER DATABASE ${neighbour} SET ${setting}`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await gone(oid)).toBe(true);
  });

  it.each([
    ['tables', 'CREATE TABLE bait (); GRANT ALL ON bait TO $role'],
    ['default privileges', 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO $role'],
    ['large objects', 'SELECT lo_create(4711); GRANT ALL ON LARGE OBJECT 4711 TO $role'],
    ['policies', 'CREATE TABLE bait (); CREATE POLICY bait ON bait TO $role'],
    ['the database', 'GRANT ALL ON DATABASE $database TO $role'],
    ['types and functions', 'CREATE TYPE t AS (a int); GRANT USAGE ON TYPE t TO $role'],
  ])('goes through a neighbour who granted %s to its role', async (_what, sql) => {
    const { parts, made, other, role, neighbour, oid } = await twoTenants();
    await queryRows(urlOf(other), sql.replaceAll('$role', role).replaceAll('$database', neighbour));
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await gone(oid)).toBe(true);
  });

  it.each([
    ['limits its connections', 'ALTER DATABASE $database CONNECTION LIMIT 0'],
    ['takes CONNECT from everybody', 'REVOKE CONNECT ON DATABASE $database FROM $owner, PUBLIC'],
    ['makes it a template', 'ALTER DATABASE $database IS_TEMPLATE true'],
  ])('goes through a neighbour’s database whose owner %s', async (_what, sql) => {
    const { parts, made, other, role, neighbour, oid } = await twoTenants();
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    const owner = other.roles[0]?.name ?? '';
    await queryRows(urlOf(other), sql.replaceAll('$database', neighbour).replaceAll('$owner', owner));
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await gone(oid)).toBe(true);
  });

  it.each([
    ['a grant in an open transaction', 'CREATE TABLE bait (); GRANT SELECT ON bait TO $role'],
    [
      'a locked table with a policy for it',
      'CREATE TABLE bait (); CREATE POLICY p ON bait TO $role; COMMIT; BEGIN; TABLE bait',
    ],
  ])('is not stopped by a neighbour with %s', async (_what, sql) => {
    const { parts, made, other, role, oid } = await twoTenants();
    await using holder = await openClient(urlOf(other));
    await holder.client.query(`BEGIN; ${sql.replaceAll('$role', role)}`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
    expect(await roleExists(role), 'its name is free').toBe(false);
    await expect(queryRows(urlOf(made), 'SELECT 1')).rejects.toThrow();
    await holder.client.query('ROLLBACK');
    await parts.takeOvers.tend();
    expect(await gone(oid)).toBe(true);
  });

  // PostgreSQL lets only a superuser revoke these for a role that the operator belongs to, too.
  it('is not stopped by grant options, which keep a role that nobody can use', async () => {
    const { parts, made, other, role, neighbour, oid } = await twoTenants();
    await queryRows(urlOf(other), `GRANT ALL ON DATABASE ${neighbour} TO ${role} WITH GRANT OPTION`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await roleExists(role)).toBe(false);
    const left = `SELECT rolcanlogin, rolpassword FROM pg_authid WHERE oid = ${oid}`;
    expect(await queryRows(postgresUrl(), left)).toEqual([{ rolcanlogin: false, rolpassword: null }]);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, other.project.id);
    await parts.takeOvers.tend();
    expect(await gone(oid)).toBe(true);
  });

  it('is not stopped by a neighbour’s closed database, and ends when that is open', async () => {
    const { parts, made, other, role, neighbour, oid } = await twoTenants();
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    await asOwnerElsewhere(other, `ALTER DATABASE ${neighbour} ALLOW_CONNECTIONS false`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
    await parts.takeOvers.tend();
    expect(await gone(oid)).toBe(false);
    await runAsSuperuser(`ALTER DATABASE ${neighbour} ALLOW_CONNECTIONS true`);
    await parts.takeOvers.tend();
    expect(await gone(oid)).toBe(true);
  });

  it('ends the sessions of its roles wherever they are', async () => {
    const { parts, made, other, role, neighbour } = await twoTenants();
    await queryRows(urlOf(other), `GRANT CONNECT ON DATABASE ${neighbour} TO ${role}`);
    await using guest = await openClient(urlOf(made, { database: neighbour }));
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    await expect(guest.client.query('SELECT 1')).rejects.toThrow();
  });

  it.each([
    ['a template', 'ALTER DATABASE $database IS_TEMPLATE true'],
    ['closed', 'ALTER DATABASE $database ALLOW_CONNECTIONS false'],
    ['without a connection left', 'ALTER DATABASE $database CONNECTION LIMIT 0'],
    ['without CONNECT', 'REVOKE CONNECT ON DATABASE $database FROM $owner'],
  ])('drops a database that its owner made %s', async (_what, sql) => {
    const parts = useParts();
    const before = await madeOnHost(parts);
    const made = await addHostedProject(parts);
    const [database, owner] = [made.databases[0]?.name ?? '', made.roles[0]?.name ?? ''];
    await asOwnerElsewhere(made, sql.replaceAll('$database', database).replaceAll('$owner', owner));
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await madeOnHost(parts)).toEqual(before);
  });
});

describe('a change of a project', () => {
  it.each([
    'ALTER DATABASE $database CONNECTION LIMIT 0',
    'ALTER DATABASE $database ALLOW_CONNECTIONS false',
    'REVOKE CONNECT ON DATABASE $database FROM $owner',
    'ALTER DATABASE $database SET default_transaction_read_only = on',
  ])('works after its owner’s %s, which stays', async (sql) => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [database, owner] = [made.databases[0]?.name ?? '', made.roles[0]?.name ?? ''];
    const settings = () =>
      queryRows(postgresUrl(), `SELECT datconnlimit, datallowconn FROM pg_database WHERE datname = '${database}'`);
    await asOwnerElsewhere(made, sql.replaceAll('$database', database).replaceAll('$owner', owner));
    const before = await settings();
    const place = placeOf(made, uniqueName('late'));
    await parts.provisioning.createRole(SYSTEM_CONTEXT, place);
    await parts.provisioning.deleteRole(SYSTEM_CONTEXT, place);
    expect(await settings()).toEqual(before);
  });

  it('whose own people hold a lock is busy, and is finished afterwards', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const place = placeOf(made, uniqueName('late'));
    const { password } = await parts.provisioning.createRole(SYSTEM_CONTEXT, place);
    await queryRows(urlOf(made, { role: place.name, password }), 'CREATE TABLE theirs ()');
    await using holder = await openClient(urlOf(made));
    await holder.client.query('BEGIN; LOCK TABLE theirs');
    await expect(parts.provisioning.deleteRole(SYSTEM_CONTEXT, place)).rejects.toMatchObject({ code: 'busy' });
    await holder.client.query('COMMIT');
    await expect(parts.provisioning.deleteRole(SYSTEM_CONTEXT, place)).rejects.toMatchObject({ code: 'not_found' });
    expect(await roleExists(place.name)).toBe(false);
  });

  it('waits for no lock that somebody else took by its number', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const squatter = uniqueName('squatter');
    await runAsSuperuser(`CREATE ROLE ${squatter} LOGIN PASSWORD 'squat'; GRANT ${squatter} TO ${parts.admin}`);
    const url = Object.assign(new URL(postgresUrl()), { username: squatter, password: 'squat' }).href;
    await using holder = await openClient(url);
    const name = `postern project "${made.project.id}"`;
    await holder.client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
    await runAsSuperuser(`DROP ROLE ${squatter}`);
  });
});

async function openClient(url: string): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end().catch(() => {}) };
}
