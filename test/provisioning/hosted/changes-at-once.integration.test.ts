// Changes of one project that arrive at the same time. Regression: Postgres refused them ("tuple
// concurrently updated").

import { describe, expect, it } from 'vitest';
import { listDatabaseRoles } from '../../../src/catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../src/catalogue/projects/databases.ts';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { PosternError } from '../../../src/errors.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { addHostedProject, placeOf, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

/** How each ended: `done`, or the code of its refusal. */
async function endsOf(changes: ReadonlyArray<Promise<unknown>>): Promise<string[]> {
  const settled = await Promise.allSettled(changes);
  return settled
    .map((end) => (end.status === 'fulfilled' ? 'done' : codeOf(end.reason)))
    .sort((one, other) => one.localeCompare(other));
}

function codeOf(error: unknown): string {
  return error instanceof PosternError ? error.code : String(error);
}

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('changes of one project at the same time', () => {
  it('make every role that was asked for', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const names = times(6, (index) => uniqueName(`role${index}`));
    const roles = await Promise.all(
      names.map((name) => parts.provisioning.createRole(SYSTEM_CONTEXT, placeOf(made, name))),
    );
    for (const { role, password } of roles) {
      expect(await queryRows(urlOf(made, { role: role.name, password }), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    }
    expect(await listDatabaseRoles(parts.catalogue.db, made.branchId)).toHaveLength(8);
  });

  it('make a database of one name once', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const place = { ...placeOf(made, uniqueName('same')), ownerName: made.roles[0]?.name ?? '' };
    const ends = await endsOf(times(4, () => parts.provisioning.createDatabase(SYSTEM_CONTEXT, place)));
    expect(ends).toEqual(['conflict', 'conflict', 'conflict', 'done']);
    expect(await listDatabases(parts.catalogue.db, made.branchId)).toHaveLength(2);
  });

  it('leave a password that the server and the catalogue agree on', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const place = placeOf(made, made.roles[0]?.name ?? '');
    const resets = await Promise.all(times(5, () => parts.provisioning.resetRolePassword(SYSTEM_CONTEXT, place)));
    const works = await Promise.all(resets.map(({ password }) => canLogIn(urlOf(made, { password }))));
    expect(works.filter((one) => one)).toHaveLength(1);
    const row = await parts.catalogue.db
      .selectFrom('database_roles')
      .selectAll()
      .where('name', '=', place.name)
      .executeTakeFirstOrThrow();
    const sealed = { table: 'database_roles', rowId: row.id, column: 'sealed_password' } as const;
    const kept = parts.catalogue.sealer.open(row.sealed_password ?? '', sealed).reveal();
    expect(kept).toBe(resets[works.indexOf(true)]?.password.reveal());
  });

  it('delete a role, a database and the project once each', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [role, database] = [placeOf(made, uniqueName('role')), placeOf(made, uniqueName('database'))];
    await parts.provisioning.createRole(SYSTEM_CONTEXT, role);
    await parts.provisioning.createDatabase(SYSTEM_CONTEXT, { ...database, ownerName: made.roles[0]?.name ?? '' });
    const onlyOne = ['done', 'not_found', 'not_found'];
    const { provisioning } = parts;
    expect(await endsOf(times(3, () => provisioning.deleteRole(SYSTEM_CONTEXT, role)))).toEqual(onlyOne);
    expect(await endsOf(times(3, () => provisioning.deleteDatabase(SYSTEM_CONTEXT, database)))).toEqual(onlyOne);
    expect(await endsOf(times(3, () => provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id)))).toEqual(onlyOne);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
  });
});

describe('projects made at the same time with one chosen name', () => {
  it('are one project and refusals', async () => {
    const { provisioning, person } = useParts();
    const input = { accountId: person.accountId, roleName: uniqueName('chosen'), databaseName: uniqueName('chosen') };
    const ends = await endsOf(times(3, () => provisioning.createHostedProject(SYSTEM_CONTEXT, input)));
    expect(ends).toEqual(['conflict', 'conflict', 'done']);
  });
});

describe('a role to which another project granted something', () => {
  it('goes with its project nevertheless', async () => {
    const parts = useParts();
    const [made, other] = [await addHostedProject(parts), await addHostedProject(parts)];
    const role = made.roles[0]?.name ?? '';
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    await queryRows(urlOf(other), `GRANT CONNECT ON DATABASE ${other.databases[0]?.name} TO ${role}`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await queryRows(urlOf(other), `SELECT 1 FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
    expect(await queryRows(urlOf(other), 'SELECT * FROM bait')).toEqual([]);
  });

  // The server refused to drop the role, and the deletion ended half way with an internal error.
  it('goes also while that project is suspended, which stays so', async () => {
    const parts = useParts();
    const [made, other] = [await addHostedProject(parts), await addHostedProject(parts)];
    const role = made.roles[0]?.name ?? '';
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId: other.compute.id });
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await queryRows(postgresUrl(), `SELECT 1 FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
    expect(await canLogIn(urlOf(other))).toBe(false);
    await parts.provisioning.wake(other.compute.id);
    expect(await queryRows(urlOf(other), 'SELECT * FROM bait')).toEqual([]);
  });
});

async function canLogIn(url: string): Promise<boolean> {
  try {
    await queryRows(url, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}
