import { describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import {
  addHostedProject,
  type ProvisioningForTests,
  placeOf,
  uniqueName,
  urlOf,
  useTestProvisioning,
} from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

// A project that had dropped its database by SQL still listed it. The next one of that name, by
// whomever it was made, was then owned, renamed, closed and dropped by the first project.
describe('a database that its project dropped by SQL', () => {
  it('keeps its name from other projects while it is listed', async () => {
    const { parts, name, other } = await droppedBySql();
    await expect(addDatabase(parts, other, name)).rejects.toMatchObject({ code: 'conflict' });
    expect(await databasesNamed(other, name)).toEqual([]);
  });

  it('keeps its name from databases that are renamed', async () => {
    const { parts, name, other } = await droppedBySql();
    const before = await addDatabase(parts, other, uniqueName('orders'));
    const change = { ...placeOf(other, before), newName: name };
    await expect(parts.provisioning.changeDatabase(SYSTEM_CONTEXT, change)).rejects.toMatchObject({ code: 'conflict' });
    expect(await queryRows(urlOf(other, { database: before }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('keeps its name from new projects', async () => {
    const { parts, name } = await droppedBySql();
    const input = { accountId: parts.person.accountId, name: 'orders', databaseName: name };
    await expect(parts.provisioning.createHostedProject(SYSTEM_CONTEXT, input)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('is deleted from the list', async () => {
    const { parts, attacker, name } = await droppedBySql();
    await parts.provisioning.deleteDatabase(SYSTEM_CONTEXT, placeOf(attacker, name));
    const other = await addHostedProject(parts);
    await addDatabase(parts, other, name);
    expect(await queryRows(urlOf(other, { database: name }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a database whose name another project lists', () => {
  it('is neither given to a role of that project nor renamed by it', async () => {
    const { parts, attacker, name, other } = await takenName();
    const owner = attacker.roles[0]?.name ?? '';
    const role = uniqueName('helper');
    await parts.provisioning.createRole(SYSTEM_CONTEXT, placeOf(attacker, role));
    for (const change of [{ ownerName: role }, { newName: uniqueName('stolen') }]) {
      await expect(
        parts.provisioning.changeDatabase(SYSTEM_CONTEXT, { ...placeOf(attacker, name), ...change }),
      ).rejects.toMatchObject({ code: 'not_found' });
    }
    const may = `SELECT has_database_privilege('${owner}', '${name}', 'CONNECT') AS owner,
      has_database_privilege('${role}', '${name}', 'CONNECT') AS helper`;
    expect(await queryRows(urlOf(other), may)).toEqual([{ owner: false, helper: false }]);
    await parts.provisioning.deleteRole(SYSTEM_CONTEXT, placeOf(attacker, role));
  });

  it('stays open while that project is suspended', async () => {
    const { parts, attacker, name, other } = await takenName();
    const place = { projectId: attacker.project.id, computeId: attacker.compute.id };
    await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, place);
    expect(await queryRows(urlOf(other, { database: name }), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
  });

  it('stays open to its own roles when hosts are tended', async () => {
    const { parts, name, other } = await takenName();
    await parts.takeOvers.tend();
    expect(await queryRows(urlOf(other, { database: name }), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
  });

  it.each([
    [
      'the database',
      (parts: ProvisioningForTests, attacker: HostedProject, name: string) =>
        parts.provisioning.deleteDatabase(SYSTEM_CONTEXT, placeOf(attacker, name)),
    ],
    [
      'itself',
      (parts: ProvisioningForTests, attacker: HostedProject) =>
        parts.provisioning.deleteProject(SYSTEM_CONTEXT, attacker.project.id),
    ],
  ])('is kept when that project deletes %s', async (_what, deletion) => {
    const { parts, attacker, name, other } = await takenName();
    await deletion(parts, attacker, name);
    expect(await queryRows(urlOf(other, { database: name }), 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
  });
});

async function droppedBySql() {
  const parts = useParts();
  const [attacker, other] = [await addHostedProject(parts), await addHostedProject(parts)];
  const name = await addDatabase(parts, attacker, uniqueName('analytics'));
  await queryRows(urlOf(attacker), `DROP DATABASE ${name}`);
  return { parts, attacker, name, other };
}

/** As a catalogue may have it that was filled by an older release. */
async function takenName() {
  const { parts, attacker, name, other } = await droppedBySql();
  const listed = parts.catalogue.db.deleteFrom('databases').where('branch_id', '=', attacker.branchId);
  const [row] = await listed.where('name', '=', name).returningAll().execute();
  if (row === undefined) throw new Error(`database ${name} is not listed`);
  await addDatabase(parts, other, name);
  await queryRows(urlOf(other, { database: name }), 'CREATE TABLE notes AS SELECT 1 AS id');
  const { id: _id, ...again } = row;
  await parts.catalogue.db.insertInto('databases').values(again).execute();
  return { parts, attacker, name, other };
}

async function addDatabase({ provisioning }: ProvisioningForTests, made: HostedProject, name: string) {
  const ownerName = made.roles[0]?.name ?? '';
  await provisioning.createDatabase(SYSTEM_CONTEXT, { ...placeOf(made, name), ownerName });
  return name;
}

async function databasesNamed(made: HostedProject, name: string) {
  return await queryRows(urlOf(made), `SELECT datname FROM pg_database WHERE datname = '${name}'`);
}
