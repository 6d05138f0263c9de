import { describe, expect, it, onTestFinished } from 'vitest';
import { OperationTakenOver, type OwnedOperation } from '../../../src/catalogue/journal/operation-journal.ts';
import { listDatabaseRoles } from '../../../src/catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../src/catalogue/projects/databases.ts';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { inRun, sessionName, workingName } from '../../../src/provisioning/journal/operation-run.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { addHostedProject, placeOf, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';
import { beginOn, letLeaseEnd, stateOf } from './dead-owner.ts';

const useParts = useTestProvisioning();

const exists = async (sql: string) => (await queryRows(postgresUrl(), sql)).length > 0;
const roleExists = (name: string) => exists(`SELECT 1 FROM pg_roles WHERE rolname = '${name}'`);
const databaseExists = (name: string) => exists(`SELECT 1 FROM pg_database WHERE datname = '${name}'`);

async function oidOf(what: 'pg_roles' | 'pg_database', name: string): Promise<number> {
  const column = what === 'pg_roles' ? 'rolname' : 'datname';
  const [row] = await queryRows(postgresUrl(), `SELECT oid::int AS oid FROM ${what} WHERE ${column} = '${name}'`);
  return Number(row?.oid);
}

async function takeOver(owned: OwnedOperation): Promise<void> {
  const parts = useParts();
  await letLeaseEnd(parts, owned);
  await parts.takeOvers.runOnce();
}

const UNDONE = { status: 'failed', failures_count: 1 };

describe('an operation whose node is alive', () => {
  it('is left to it', async () => {
    const parts = useParts();
    const owned = await beginOn(parts, await addHostedProject(parts), { purpose: 'create_role' });
    await parts.takeOvers.runOnce();
    expect(await stateOf(parts, owned)).toMatchObject({ status: 'running' });
    await takeOver(owned);
  });
});

describe('a creation whose node is dead', () => {
  it('loses the role that it made', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const name = uniqueName('halfmade');
    await runAsSuperuser(`CREATE ROLE ${name}; GRANT ${name} TO ${parts.admin} WITH ADMIN OPTION`);
    const hostOid = await oidOf('pg_roles', name);
    const owned = await beginOn(parts, made, {
      purpose: 'create_role',
      steps: [{ action: 'create_role', name, hostOid }],
    });
    await takeOver(owned);
    expect(await roleExists(name)).toBe(false);
    expect(await stateOf(parts, owned)).toMatchObject({ ...UNDONE, error: expect.stringContaining('removed') });
  });

  it('leaves alone a role and a database that somebody else made under its names', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [role, database] = [uniqueName('foreign'), uniqueName('foreign')];
    await runAsSuperuser(`CREATE ROLE ${role}; GRANT ${role} TO ${parts.admin} WITH ADMIN OPTION`);
    await runAsSuperuser(`CREATE DATABASE ${database} OWNER ${role}`);
    onTestFinished(async () => {
      await runAsSuperuser(`DROP DATABASE ${database}`);
      await runAsSuperuser(`DROP ROLE ${role}`);
    });
    const owned = await beginOn(parts, made, {
      purpose: 'create_role',
      steps: [
        { action: 'create_role', name: role },
        { action: 'create_role', name: role, hostOid: 1 },
        { action: 'create_database', name: database },
        { action: 'create_database', name: database, hostOid: 1 },
      ],
    });
    await takeOver(owned);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
    expect([await roleExists(role), await databaseExists(database)]).toEqual([true, true]);
  });

  it('loses the database that had only its working name', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const owned = await beginOn(parts, made, {
      purpose: 'create_database',
      steps: [{ action: 'create_database', name: uniqueName('halfmade') }],
    });
    await runAsSuperuser(`CREATE DATABASE ${workingName(owned)} OWNER ${made.roles[0]?.name}`);
    await takeOver(owned);
    expect(await databaseExists(workingName(owned))).toBe(false);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
  });
});

describe('a deletion whose node is dead', () => {
  it('of a database is finished', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const name = uniqueName('going');
    await parts.provisioning.createDatabase(SYSTEM_CONTEXT, {
      ...placeOf(made, name),
      ownerName: made.roles[0]?.name ?? '',
    });
    const hostOid = await oidOf('pg_database', name);
    const owned = await beginOn(parts, made, {
      purpose: 'delete_database',
      details: { name },
      steps: [{ action: 'drop_database', name, hostOid }],
    });
    await takeOver(owned);
    expect(await databaseExists(name)).toBe(false);
    expect(await listDatabases(parts.catalogue.db, made.branchId)).toHaveLength(1);
    expect(await stateOf(parts, owned)).toMatchObject({ status: 'finished', error: null });
  });

  it('of a role is finished, also by the next change of the project', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [name, other] = [uniqueName('going'), uniqueName('coming')];
    await parts.provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, name));
    const owned = await beginOn(parts, made, { purpose: 'delete_role', details: { name } });
    await parts.provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, other));
    expect([await roleExists(name), await roleExists(other)]).toEqual([false, true]);
    expect((await listDatabaseRoles(parts.catalogue.db, made.branchId)).map((role) => role.name)).not.toContain(name);
    expect(await stateOf(parts, owned)).toMatchObject({ status: 'finished' });
  });

  it('leaves alone what was made anew under a name that it has dropped', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const database = made.databases[0]?.name ?? '';
    const hostOid = await oidOf('pg_database', database);
    const owned = await beginOn(parts, made, {
      purpose: 'delete_project',
      steps: [{ action: 'drop_database', name: database, hostOid, status: 'scheduling' }],
    });
    await runAsSuperuser(`DROP DATABASE ${database}`);
    await runAsSuperuser(`CREATE DATABASE ${database}`);
    onTestFinished(() => runAsSuperuser(`DROP DATABASE ${database}`));
    await takeOver(owned);
    expect(await databaseExists(database)).toBe(true);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
  });
});

describe('a change whose node is dead', () => {
  it('of a database’s name and owner is taken back, and the database is open', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [own = '', renamed, role] = [made.databases[0]?.name, uniqueName('renamed'), uniqueName('heir')];
    await parts.provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, role));
    const hostOid = await oidOf('pg_database', own);
    const owned = await beginOn(parts, made, {
      purpose: 'change_database',
      steps: [{ action: 'change_database', name: own, hostOid }],
    });
    await runAsSuperuser(`ALTER DATABASE ${own} OWNER TO ${role}`);
    await runAsSuperuser(`ALTER DATABASE ${own} ALLOW_CONNECTIONS false`);
    await runAsSuperuser(`ALTER DATABASE ${own} RENAME TO ${renamed}`);
    await takeOver(owned);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
    const owner = 'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()';
    expect(await queryRows(urlOf(made), owner)).toEqual([{ owner: made.roles[0]?.name }]);
  });

  it('of a password leaves the server with the one that the catalogue keeps', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const name = made.roles[0]?.name ?? '';
    const steps = [{ action: 'set_password', name }] as const;
    const owned = await beginOn(parts, made, { purpose: 'reset_role_password', steps });
    await runAsSuperuser(`ALTER ROLE ${name} PASSWORD 'nobody kept this'`);
    await takeOver(owned);
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
  });

  it('of a compute’s state leaves the databases open while it is active', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const steps = [{ action: 'close_databases', name: made.compute.id }] as const;
    const owned = await beginOn(parts, made, { purpose: 'suspend_compute', steps });
    await runAsSuperuser(`ALTER DATABASE ${made.databases[0]?.name} ALLOW_CONNECTIONS false`);
    await takeOver(owned);
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
  });
});

describe('a node that was too slow', () => {
  it('loses its session, and does no further step', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const owned = await beginOn(parts, made, { purpose: 'create_role' });
    const host = await parts.hosts.get('local-18');
    const name = uniqueName('late');
    const working = inRun(parts.catalogue, { host, operation: owned }, async (run) => {
      await takeOver(owned);
      const session = `SELECT 1 FROM pg_stat_activity WHERE application_name = '${sessionName(owned)}'`;
      expect(await exists(session)).toBe(false);
      await run.step({ action: 'create_role', name }, () => Promise.reject(new Error('the step was taken')));
    });
    await expect(working).rejects.toThrow(OperationTakenOver);
    expect(await stateOf(parts, owned)).toMatchObject(UNDONE);
  });
});
