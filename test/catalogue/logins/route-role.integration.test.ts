import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveRoutedRole } from '../../../src/catalogue/logins/find-verifier.ts';
import { findRoleOfDatabase, findRoleOfProject, type RoutedRole } from '../../../src/catalogue/logins/route-role.ts';
import { changeCompute } from '../../../src/catalogue/projects/computes.ts';
import { changeDatabase, createDatabase } from '../../../src/catalogue/projects/databases.ts';
import { changeProject, deleteProject } from '../../../src/catalogue/projects/projects.ts';
import { type RegisteredProject, registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { Secret } from '../../../src/secret.ts';
import { addOrganization, addPerson, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

// Each test has the installation to itself: names of all accounts count.
beforeEach(async () => {
  await catalogueOf().db.deleteFrom('projects').execute();
});

interface Names {
  readonly project?: string;
  readonly databases?: readonly string[];
  readonly role?: string;
}

/** A project in an account of its own. */
async function project({ project: name = 'shop', databases = ['appdb'], role = 'app' }: Names = {}) {
  const catalogue = catalogueOf();
  const organization = await addOrganization(catalogue, await addPerson(catalogue, 'admin'));
  return await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId: organization.id, name, pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: null,
      host: 'db.internal',
      port: 5432,
      tls: { mode: 'verify-full', ca: null, serverName: null, clientCertificate: null },
    },
    databases: databases.map((database) => ({ name: database, ownerName: role })),
    roles: [
      { name: role, password: new Secret(`password of ${name}`) },
      { name: 'reader', password: new Secret('reader-password'), isReadOnly: true },
    ],
  });
}

const byDatabase = (role: string, database: string) => findRoleOfDatabase(catalogueOf(), role, database);

const byProject = (role: string, named: { endpoint?: string; project?: string }) =>
  findRoleOfProject(catalogueOf(), role, { endpoint: named.endpoint ?? null, project: named.project ?? null });

// RFC 5802 3: StoredKey = H(HMAC(SaltedPassword, "Client Key"))
function opens({ verifier }: RoutedRole, password: string): boolean {
  const salted = pbkdf2Sync(password, verifier.salt, verifier.iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return createHash('sha256').update(clientKey).digest().equals(verifier.storedKey);
}

async function rename({ project }: RegisteredProject, name: string): Promise<void> {
  await changeProject(catalogueOf(), SYSTEM_CONTEXT, { projectId: project.id, changes: { name } });
}

describe('a role of a named project', () => {
  it('is found by the compute and by the project, by id or name', async () => {
    const { compute, project: own } = await project();
    await project({ project: 'other' });
    for (const named of [{ endpoint: compute.id }, { project: own.id }, { project: 'Shop' }]) {
      const route = await byProject('app', named);
      const role = route?.kind === 'role' ? route.role : expect.fail('not found');
      expect(role).toMatchObject({ computeId: compute.id, databaseRole: 'app', isReadOnly: false });
      expect(opens(role, 'password of shop')).toBe(true);
    }
  });

  it('is missing in the same way by compute and by project', async () => {
    const { compute, project: own, branchId } = await project();
    expect(await byProject('nobody', { endpoint: compute.id })).toEqual({ kind: 'no_role', branchId });
    expect(await byProject('nobody', { project: own.id })).toEqual({ kind: 'no_role', branchId });
  });

  it('is nowhere once its project is deleted, its compute disabled, or both differ', async () => {
    const [gone, disabled, other] = [await project(), await project(), await project({ project: 'other' })];
    await deleteProject(catalogueOf(), SYSTEM_CONTEXT, gone.project.id);
    await changeCompute(catalogueOf(), SYSTEM_CONTEXT, {
      computeId: disabled.compute.id,
      changes: { isDisabled: true },
    });
    expect(await byProject('app', { endpoint: gone.compute.id })).toBeNull();
    expect(await byProject('app', { project: gone.project.id })).toBeNull();
    expect(await byProject('app', { endpoint: disabled.compute.id })).toBeNull();
    expect(await byProject('app', { endpoint: other.compute.id, project: gone.project.id })).toBeNull();
  });

  it('stays with the first project of that name, whoever takes both names later', async () => {
    const renamed = await project({ project: 'older' });
    const first = await project();
    await project();
    await rename(renamed, 'shop');
    const route = await byProject('app', { project: 'shop' });
    expect(route).toMatchObject({ kind: 'role', role: { computeId: first.compute.id } });
  });

  it('connects to its own compute as itself', async () => {
    const { compute } = await project();
    const route = await byProject('reader', { endpoint: compute.id });
    const role = route?.kind === 'role' ? route.role : expect.fail('not found');
    const target = await resolveRoutedRole(catalogueOf(), role, { address: '192.0.2.1' });
    expect(target).toMatchObject({ person: null, databaseRole: 'reader', access: 'read_only', database: 'appdb' });
    expect(target.upstream.password?.reveal()).toBe('reader-password');
  });
});

describe('a role of the project that a database names', () => {
  it('is found where one project has both, and not by its name alone', async () => {
    const [shop, blog] = [await project(), await project({ project: 'blog', databases: ['posts'] })];
    expect(await byDatabase('app', 'appdb')).toMatchObject({ computeId: shop.compute.id });
    expect(await byDatabase('app', 'posts')).toMatchObject({ computeId: blog.compute.id });
    expect(await byDatabase('app', 'unknown')).toBeNull();
    expect(await byDatabase('nobody', 'appdb')).toBeNull();
  });

  it('stays with the first that had the database, whatever others make or rename later', async () => {
    const early = await project({ project: 'early', databases: ['early_db'], role: 'early' });
    const first = await project();
    await project();
    const catalogue = catalogueOf();
    const place = { projectId: early.project.id, branchId: early.branchId };
    await changeDatabase(catalogue, SYSTEM_CONTEXT, { ...place, name: 'early_db', newName: 'appdb' });
    await createDatabase(catalogue, SYSTEM_CONTEXT, { ...place, name: 'early_db', ownerName: 'early' });
    await rename(early, 'appdb');
    expect(await byDatabase('app', 'appdb')).toMatchObject({ computeId: first.compute.id });
    expect(await byDatabase('early', 'appdb')).toBeNull();
  });

  // A role called like somebody's account on a machine took away that person's link.
  it.each([
    ['database', { project: 'own', databases: ['shop_db'] }, 'shop_db'],
    ['project', { project: 'shop', databases: ['own'] }, 'shop'],
    ['project, in other letters,', { project: 'Shop', databases: ['own'] }, 'shop'],
  ])('is not a newcomer’s who takes the name of somebody’s %s', async (_what, names, word) => {
    await project({ ...names, role: 'owner' });
    await project({ project: 'squatter', databases: [word], role: 'alexlopez' });
    expect(await byDatabase('alexlopez', word)).toBeNull();
  });

  it('is not a newcomer’s who calls a database like somebody’s project id', async () => {
    const { project: own } = await project();
    await project({ project: 'squatter', databases: [own.id], role: 'alexlopez' });
    expect(await byDatabase('alexlopez', own.id)).toBeNull();
  });
});
