import { describe, expect, it } from 'vitest';
import { resolveTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { changeBranch, getDefaultBranch, listBranches } from '../../../src/catalogue/projects/branches.ts';
import { moveComputeState, moveHostedComputes, touchComputes } from '../../../src/catalogue/projects/compute-rows.ts';
import {
  changeCompute,
  changeComputePolicy,
  deleteCompute,
  getCompute,
  listComputes,
} from '../../../src/catalogue/projects/computes.ts';
import { createCompute } from '../../../src/catalogue/projects/create-compute.ts';
import { findDatabaseRole, listDatabaseRoles } from '../../../src/catalogue/projects/database-role-rows.ts';
import {
  createDatabaseRole,
  deleteDatabaseRole,
  replaceDatabaseRolePassword,
  revealDatabaseRolePassword,
} from '../../../src/catalogue/projects/database-roles.ts';
import {
  changeDatabase,
  createDatabase,
  deleteDatabase,
  listDatabases,
  syncDatabases,
} from '../../../src/catalogue/projects/databases.ts';
import { registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newBranchId, newComputeId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import {
  actingAs,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const clock = pushedClock();
const BY_LINK = { door: 'link', address: null, signIn: null } as const;
const catalogueOf = useTestCatalogue({ clock });

async function ownedProject() {
  const catalogue = catalogueOf();
  const owner = await addPerson(catalogue, 'owner');
  const guest = await addPerson(catalogue, 'guest');
  const whole = await addProject(catalogue, owner.accountId);
  const { project, branchId } = whole;
  await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [guest.email] });
  const contexts = {
    asOwner: await actingAs(catalogue, owner),
    asGuest: await actingAs(catalogue, guest),
    asStranger: await actingAs(catalogue, await addPerson(catalogue, 'stranger')),
  };
  return { catalogue, owner, ...whole, place: { projectId: project.id, branchId }, ...contexts };
}

const CLIENT_CERTIFICATE = { cert: '-----BEGIN CERTIFICATE-----', key: new Secret('-----BEGIN PRIVATE KEY-----') };

describe('a compute', () => {
  it('stores its TLS settings, with the client’s key sealed', async () => {
    const { catalogue, owner, project, branchId, compute, asOwner } = await ownedProject();
    const tls = { mode: 'verify-ca', ca: 'ca', serverName: 'db', clientCertificate: CLIENT_CERTIFICATE } as const;
    const { operation, ...made } = await createCompute(catalogue, asOwner, {
      project,
      branchId,
      name: 'replica',
      type: 'read_only',
      state: 'idle',
      hostId: 'host-1',
      host: 'replica.internal',
      port: 6432,
      tls,
    });
    expect(operation).toMatchObject({ action: 'create_compute', status: 'finished', computeId: made.id });
    const row = await catalogue.db.selectFrom('computes').selectAll().where('id', '=', made.id).executeTakeFirst();
    expect(JSON.stringify(row)).not.toContain('PRIVATE KEY');
    const target = await resolveTarget(
      catalogue,
      {
        userId: owner.userId,
        computeId: made.id,
        database: null,
        databaseRole: null,
        access: 'read_write',
      },
      BY_LINK,
    );
    expect(target.compute).toEqual({ id: made.id, name: 'replica', state: 'idle', hostId: 'host-1' });
    const opened = target.upstream.tls;
    expect(opened.mode === 'verify-ca' && opened.clientCertificate?.key.reveal()).toBe('-----BEGIN PRIVATE KEY-----');
    expect((await listComputes(catalogue, project.id)).map((one) => one.id)).toEqual([compute.id, made.id]);
    expect((await getCompute(catalogue, asOwner, { computeId: made.id })).compute).toEqual(made);
  });

  it('can be changed and deleted by members, not by guests or strangers', async () => {
    const { catalogue, compute, project, asOwner, asGuest, asStranger } = await ownedProject();
    const change = { computeId: compute.id, changes: { passwordlessAccess: false, name: 'primary' } };
    await expect(changeCompute(catalogue, asGuest, change)).rejects.toMatchObject({ code: 'forbidden' });
    const message = `compute "${compute.id}" not found`;
    await expect(changeCompute(catalogue, asStranger, change)).rejects.toMatchObject({ code: 'not_found', message });
    const elsewhere = { ...change, projectId: (await ownedProject()).project.id };
    await expect(changeCompute(catalogue, asOwner, elsewhere)).rejects.toMatchObject({ code: 'not_found', message });
    const changed = await changeCompute(catalogue, asOwner, { ...change, projectId: project.id });
    expect(changed).toEqual({ ...compute, passwordlessAccess: false, name: 'primary', updatedAt: clock.now() });
    await expect(deleteCompute(catalogue, asGuest, { computeId: compute.id })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await deleteCompute(catalogue, asOwner, { computeId: compute.id });
    await expect(deleteCompute(catalogue, asOwner, { computeId: compute.id })).rejects.toMatchObject({ message });
  });

  it('has a policy that admins can change', async () => {
    const { catalogue, compute, asOwner, asGuest } = await ownedProject();
    const change = { computeId: compute.id, policy: { replication: true } };
    await expect(changeComputePolicy(catalogue, asGuest, change)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await changeComputePolicy(catalogue, asOwner, change)).policy).toEqual({ replication: true });
  });

  it.each([
    { autoscalingMinCu: 0.1 },
    { autoscalingMinCu: 4, autoscalingMaxCu: 2 },
    { suspendTimeoutSeconds: -2 },
    { suspendTimeoutSeconds: 604_801 },
    { suspendTimeoutSeconds: 1.5 },
    { autoscalingMinCu: Number.NaN },
  ])('cannot have the size %j', async (changes) => {
    const { catalogue, compute, asOwner } = await ownedProject();
    const changed = changeCompute(catalogue, asOwner, { computeId: compute.id, changes });
    await expect(changed).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('cannot be larger or more numerous than the plan allows', async () => {
    const { catalogue, owner, compute, project, branchId, asOwner } = await ownedProject();
    await changePlan(catalogue, SYSTEM_CONTEXT, { accountId: owner.accountId, plan: 'free' });
    const larger = changeCompute(catalogue, asOwner, { computeId: compute.id, changes: { autoscalingMaxCu: 8 } });
    await expect(larger).rejects.toMatchObject({ code: 'plan_gate' });
    const another = () =>
      createCompute(catalogue, asOwner, {
        project,
        branchId,
        type: 'read_only',
        state: 'active',
        hostId: null,
        host: 'db.internal',
        port: 5432,
        tls: { mode: 'disable' },
      });
    await another();
    await another();
    await expect(another()).rejects.toMatchObject({ code: 'plan_gate' });
  });

  it('changes its state once when several nodes try', async () => {
    const { catalogue, compute } = await ownedProject();
    const suspend = { computeId: compute.id, from: ['active'], to: 'idle' } as const;
    const moves = await Promise.all(Array.from({ length: 5 }, () => moveComputeState(catalogue, suspend)));
    expect(moves.filter((moved) => moved !== null)).toMatchObject([{ state: 'idle', suspendedAt: clock.now() }]);
    clock.push(1_000);
    const woken = await moveComputeState(catalogue, { computeId: compute.id, from: ['idle'], to: 'active' });
    expect(woken).toMatchObject({ state: 'active', startedAt: clock.now(), lastActiveAt: clock.now() });
    clock.push(1_000);
    await touchComputes(catalogue, [compute.id]);
    await touchComputes(catalogue, []);
    const { compute: touched } = await getCompute(catalogue, SYSTEM_CONTEXT, { computeId: compute.id });
    expect(touched.lastActiveAt).toEqual(clock.now());
    expect(await moveComputeState(catalogue, { ...suspend, computeId: newComputeId() })).toBeNull();
  });

  it('follows its host to another address', async () => {
    const { catalogue, compute, project, branchId } = await ownedProject();
    const input = { project, branchId, type: 'read_only', state: 'idle', tls: { mode: 'disable' } } as const;
    const hosted = await createCompute(catalogue, SYSTEM_CONTEXT, { ...input, hostId: 'h9', host: 'a', port: 1 });
    await moveHostedComputes(catalogue, { hostId: 'h9', host: '127.0.0.1', port: 50_001 });
    const addresses = (await listComputes(catalogue, project.id)).map((one) => [one.id, one.host, one.port]);
    expect(addresses).toEqual(
      expect.arrayContaining([
        [compute.id, 'db.internal', 5432],
        [hosted.id, '127.0.0.1', 50_001],
      ]),
    );
  });
});

describe('a branch', () => {
  it('is one default main, which everybody with access may rename, and members protect', async () => {
    const { catalogue, project, place, asGuest, asStranger } = await ownedProject();
    const [main, ...others] = await listBranches(catalogue, project.id);
    expect([main?.name, main?.isDefault, others.length]).toEqual(['main', true, 0]);
    const changed = await changeBranch(catalogue, asGuest, { ...place, name: 'production' });
    expect(changed).toMatchObject({ name: 'production', isProtected: false, isDefault: true });
    const byGuest = changeBranch(catalogue, asGuest, { ...place, isProtected: true });
    await expect(byGuest).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getDefaultBranch(catalogue.db, project.id)).toEqual(changed);
    await expect(changeBranch(catalogue, asStranger, place)).rejects.toMatchObject({ code: 'not_found' });
    const unknown = changeBranch(catalogue, asGuest, { ...place, branchId: newBranchId() });
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });

  it('stays protected when a guest renames it in the same moment', async () => {
    const { catalogue, project, place, asGuest } = await ownedProject();
    const both = [changeBranch(catalogue, SYSTEM_CONTEXT, { ...place, isProtected: true })];
    for (let at = 0; at < 5; at += 1) both.push(changeBranch(catalogue, asGuest, { ...place, name: `main${at}` }));
    await Promise.all(both);
    expect(await getDefaultBranch(catalogue.db, project.id)).toMatchObject({ isProtected: true });
  });
});

describe('a database', () => {
  it('can be created, renamed and deleted, and given another owner', async () => {
    const { catalogue, branchId, place, asGuest } = await ownedProject();
    const names = async () => (await listDatabases(catalogue.db, branchId)).map((one) => [one.name, one.ownerName]);
    const made = await createDatabase(catalogue, asGuest, { ...place, name: 'reports', ownerName: 'app' });
    expect(Number.isSafeInteger(made.id)).toBe(true);
    const again = createDatabase(catalogue, asGuest, { ...place, name: 'reports', ownerName: 'app' });
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    await changeDatabase(catalogue, asGuest, { ...place, name: 'reports', newName: 'figures' });
    await changeDatabase(catalogue, asGuest, { ...place, name: 'figures', ownerName: 'app_reader' });
    expect(await names()).toEqual([
      ['appdb', 'app'],
      ['figures', 'app_reader'],
    ]);
    const taken = changeDatabase(catalogue, asGuest, { ...place, name: 'figures', newName: 'appdb' });
    await expect(taken).rejects.toMatchObject({ code: 'conflict' });
    await deleteDatabase(catalogue, asGuest, { ...place, name: 'figures' });
    const gone = deleteDatabase(catalogue, asGuest, { ...place, name: 'figures' });
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
    expect(await names()).toEqual([['appdb', 'app']]);
  });

  it('cannot be used by strangers, or through a branch of another project', async () => {
    const { catalogue, place, asStranger, asOwner } = await ownedProject();
    const input = { ...place, name: 'x', ownerName: 'app' };
    await expect(createDatabase(catalogue, asStranger, input)).rejects.toMatchObject({ code: 'not_found' });
    const { branchId } = await ownedProject();
    const elsewhere = createDatabase(catalogue, asOwner, { ...input, branchId });
    await expect(elsewhere).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each(['', 'x'.repeat(64), 'ä'.repeat(32), 'two\nlines', 'nul\u0000'])('cannot be called %j', async (name) => {
    const { catalogue, place, asOwner } = await ownedProject();
    const made = createDatabase(catalogue, asOwner, { ...place, name, ownerName: 'app' });
    await expect(made).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('that was created or dropped by SQL is known after a sync', async () => {
    const { catalogue, branchId } = await ownedProject();
    const databases = [
      { name: 'appdb', ownerName: 'app' },
      { name: 'by_sql', ownerName: 'app' },
    ];
    await syncDatabases(catalogue, { branchId, databases });
    expect((await listDatabases(catalogue.db, branchId)).map((one) => one.name)).toEqual(['appdb', 'by_sql']);
    await syncDatabases(catalogue, { branchId, databases: databases.slice(1) });
    expect((await listDatabases(catalogue.db, branchId)).map((one) => one.name)).toEqual(['by_sql']);
  });
});

describe('a database role', () => {
  it('stores its password sealed and as a verifier, and reveals it with permission', async () => {
    const { catalogue, branchId, place, asGuest, asStranger } = await ownedProject();
    const which = { ...place, name: 'writer' };
    const made = await createDatabaseRole(catalogue, asGuest, { ...which, password: new Secret('first-password') });
    expect(made).toMatchObject({ name: 'writer', isReadOnly: false, hasPassword: true, mayLogin: true });
    const row = await findDatabaseRole(catalogue.db, { branchId, name: 'writer' });
    expect(row?.scram_verifier).toMatch(/^SCRAM-SHA-256\$4096:/);
    expect(JSON.stringify(row)).not.toContain('first-password');
    expect((await revealDatabaseRolePassword(catalogue, asGuest, which)).reveal()).toBe('first-password');
    await expect(revealDatabaseRolePassword(catalogue, asStranger, which)).rejects.toMatchObject({ code: 'not_found' });
    await replaceDatabaseRolePassword(catalogue, asGuest, { ...which, password: new Secret('second-password') });
    expect((await revealDatabaseRolePassword(catalogue, asGuest, which)).reveal()).toBe('second-password');
    const after = await findDatabaseRole(catalogue.db, { branchId, name: 'writer' });
    expect(after?.scram_verifier).not.toBe(row?.scram_verifier);
  });

  it('reveals no password where none is stored or the project does not allow it', async () => {
    const { catalogue, project, place, asOwner } = await ownedProject();
    await createDatabaseRole(catalogue, asOwner, { ...place, name: 'trusted', password: null });
    const nothing = revealDatabaseRolePassword(catalogue, asOwner, { ...place, name: 'trusted' });
    await expect(nothing).rejects.toMatchObject({ code: 'precondition' });
    await catalogue.db.updateTable('projects').set({ store_passwords: false }).where('id', '=', project.id).execute();
    const kept = revealDatabaseRolePassword(catalogue, asOwner, { ...place, name: 'app' });
    await expect(kept).rejects.toMatchObject({ code: 'precondition' });
  });

  it('can be deleted unless it is protected, and has a unique name', async () => {
    const { catalogue, branchId, place, asOwner } = await ownedProject();
    const taken = createDatabaseRole(catalogue, asOwner, { ...place, name: 'app', password: null });
    await expect(taken).rejects.toMatchObject({ code: 'conflict' });
    await createDatabaseRole(catalogue, asOwner, { ...place, name: 'own', password: null, isProtected: true });
    const isProtected = deleteDatabaseRole(catalogue, asOwner, { ...place, name: 'own' });
    await expect(isProtected).rejects.toMatchObject({ code: 'conflict' });
    await deleteDatabaseRole(catalogue, asOwner, { ...place, name: 'app_reader' });
    expect((await listDatabaseRoles(catalogue.db, branchId)).map((role) => role.name)).toEqual(['app', 'own']);
    const gone = deleteDatabaseRole(catalogue, asOwner, { ...place, name: 'app_reader' });
    await expect(gone).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keeps its position in the order in which roles were named', async () => {
    const { catalogue, branchId } = await ownedProject();
    const names = (await listDatabaseRoles(catalogue.db, branchId)).map((role) => role.name);
    expect(names).toEqual(['app', 'app_reader']);
    const { owner } = await ownedProject();
    const backwards = await registerProject(catalogue, SYSTEM_CONTEXT, {
      project: { accountId: owner.accountId, pgVersion: 16, regionId: 'local', creationSource: 'hosted' },
      compute: { type: 'read_write', state: 'idle', hostId: 'h', host: 'a', port: 1, tls: { mode: 'disable' } },
      databases: ['z', 'a'].map((name) => ({ name, ownerName: 'z' })),
      roles: ['z', 'y', 'a'].map((name) => ({ name, password: null })),
    });
    expect(backwards.roles.map((role) => role.name)).toEqual(['z', 'y', 'a']);
    expect(backwards.databases.map((database) => database.name)).toEqual(['z', 'a']);
  });

  it('that may not log in is not offered', async () => {
    const { catalogue, owner, compute, place, asOwner } = await ownedProject();
    await createDatabaseRole(catalogue, asOwner, { ...place, name: 'group', password: null, mayLogin: false });
    const target = resolveTarget(
      catalogue,
      {
        userId: owner.userId,
        computeId: compute.id,
        database: null,
        databaseRole: 'group',
        access: 'read_write',
      },
      BY_LINK,
    );
    await expect(target).rejects.toMatchObject({ code: 'not_found' });
  });
});
