// Databases made and dropped by SQL become known and are forgotten (docs/clients.md).

import { describe, expect, it } from 'vitest';
import { listDatabases } from '../../src/catalogue/projects/databases.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import type { BranchId } from '../../src/ids.ts';
import { Secret } from '../../src/secret.ts';
import { postgresUrl, runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';
import {
  addHostedProject,
  type ProvisioningForTests,
  uniqueName,
  useTestProvisioning,
} from './provisioning-for-tests.ts';

const useParts = useTestProvisioning();

const namesOf = async ({ catalogue }: ProvisioningForTests, branchId: BranchId) =>
  (await listDatabases(catalogue.db, branchId)).map(({ name }) => name);

describe('a database made by SQL', () => {
  it('on an attached server is known when its list is shown, until it is dropped', async () => {
    const parts = useParts();
    const { provisioning, person } = parts;
    const [role, own, later] = [uniqueName('attached'), uniqueName('own'), uniqueName('later')];
    await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'sesame'`);
    await runAsSuperuser(`CREATE DATABASE ${own} OWNER ${role}`);
    const url = Object.assign(new URL(postgresUrl()), { username: role, password: 'sesame', pathname: `/${own}` });
    const input = { url: new Secret(url.href), ca: null, readOnlyUrl: null, accountId: person.accountId };
    const made = await provisioning.attachProject(SYSTEM_CONTEXT, { ...input, name: 'attached' });
    await runAsSuperuser(`CREATE DATABASE ${later} OWNER ${role}`);
    await provisioning.databases.show(made.project.id);
    expect(await namesOf(parts, made.branchId)).toContain(later);
    expect((await namesOf(parts, made.branchId))[0], 'the default stays').toBe(own);
    await runAsSuperuser(`DROP DATABASE ${later} WITH (FORCE)`);
    provisioning.databases.noteUse([made.compute.id]);
    await waitUntil(
      async () => !(await namesOf(parts, made.branchId)).includes(later),
      'a use of the compute notices that it is gone',
    );
    await runAsSuperuser(`DROP DATABASE ${own} WITH (FORCE)`);
    await provisioning.databases.showOfCompute(made.compute.id);
    expect(await namesOf(parts, made.branchId), 'a server that cannot be asked changes nothing').toContain(own);
    await runAsSuperuser(`DROP ROLE ${role}`);
  });

  it('on a host for a role of the project is known when its list is shown', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const later = uniqueName('later');
    await runAsSuperuser(`CREATE DATABASE ${later} OWNER ${made.roles[0]?.name}`);
    await parts.provisioning.databases.show(made.project.id);
    expect(await namesOf(parts, made.branchId)).toEqual([made.databases[0]?.name, later]);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
  });
});

describe('a role made by SQL on an attached server', () => {
  it('is known once its password was given, after a login with it', async () => {
    const { provisioning, person } = useParts();
    const [role, later] = [uniqueName('attached'), uniqueName('later')];
    await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'sesame'`);
    const url = Object.assign(new URL(postgresUrl()), { username: role, password: 'sesame', pathname: '/postgres' });
    const input = { url: new Secret(url.href), ca: null, readOnlyUrl: null, accountId: person.accountId };
    const made = await provisioning.attachProject(SYSTEM_CONTEXT, { ...input, name: 'attached' });
    await runAsSuperuser(`CREATE ROLE ${later} LOGIN PASSWORD 'open'`);
    const give = (password: string) =>
      provisioning.renewRolePassword(SYSTEM_CONTEXT, {
        computeId: made.compute.id,
        databaseRole: later,
        password: new Secret(password),
      });
    await expect(give('wrong')).rejects.toMatchObject({ code: 'attach_refused' });
    expect(await give('open')).toMatchObject({ name: later, hasPassword: true });
    await runAsSuperuser(`DROP ROLE ${role}, ${later}`);
  });
});
