// Deletions that other tenants, or the owner, could stop half-way for ever (docs/security.md has
// the attack).

import { describe, expect, it } from 'vitest';
import { listOperations } from '../../../src/catalogue/projects/operations.ts';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { addHostedProject, madeOnHost, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

describe('deleting a project', () => {
  it.each([
    'default_transaction_read_only = on',
    'statement_timeout = 1',
    'lock_timeout = 1',
    'transaction_timeout = 1',
    "search_path = ''",
  ])('goes through a neighbour’s database with %s', async (setting) => {
    const parts = useParts();
    const [made, other] = [await addHostedProject(parts), await addHostedProject(parts)];
    const role = made.roles[0]?.name ?? '';
    await queryRows(urlOf(other), `CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`);
    await queryRows(urlOf(other), `ALTER DATABASE ${other.databases[0]?.name} SET ${setting}`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await queryRows(postgresUrl(), `SELECT 1 FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
  });

  it('drops a database that was made a template', async () => {
    const parts = useParts();
    const before = await madeOnHost(parts);
    const made = await addHostedProject(parts);
    await runAsSuperuser(`ALTER DATABASE ${made.databases[0]?.name} IS_TEMPLATE true`);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await madeOnHost(parts)).toEqual(before);
  });
});

describe('a deletion that cannot be finished now', () => {
  it('is listed as running with what holds it, and finished when that is gone', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [role, database] = [made.roles[0]?.name ?? '', uniqueName('closed')];
    await runAsSuperuser(`CREATE DATABASE ${database}`);
    const inside = Object.assign(new URL(postgresUrl()), { pathname: `/${database}` }).href;
    await runAsSuperuser(`CREATE TABLE bait (); GRANT SELECT ON bait TO ${role}`, inside);
    await runAsSuperuser(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    const deleting = parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    await expect(deleting).rejects.toMatchObject({ message: expect.stringContaining(database) });
    const newest = async () => {
      const wish = { projectId: made.project.id, limit: 1 };
      return (await listOperations(parts.catalogue, SYSTEM_CONTEXT, wish)).items[0];
    };
    const stuck = await newest();
    const held = { action: 'delete_timeline', status: 'running', failuresCount: 1 };
    expect(stuck).toMatchObject({ ...held, error: expect.stringContaining(database) });
    await runAsSuperuser(`DROP DATABASE ${database}`);
    expect(await findProject(parts.catalogue.db, made.project.id)).not.toBeNull();
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    expect(await findProject(parts.catalogue.db, made.project.id)).toBeNull();
    expect(await newest()).toMatchObject({ id: stuck?.id, status: 'finished', error: null });
  });
});
