import { describe, expect, it } from 'vitest';
import { isKnownTerminal, rememberTarget, rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { judgeTarget, resolveTarget, type TargetChoice } from '../../../src/catalogue/access/resolve-target.ts';
import { listTargets } from '../../../src/catalogue/access/targets.ts';
import { changeAccountPolicy } from '../../../src/catalogue/accounts/accounts.ts';
import { listMembers } from '../../../src/catalogue/accounts/member-lists.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { changeCompute, changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { listShares, shareProject, unshareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type ComputeId, newComputeId, newUserId, type UserId } from '../../../src/ids.ts';
import {
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

const BY_LINK = { door: 'link', address: null, signIn: null } as const;

function choose(userId: UserId, computeId: ComputeId, wish: Partial<TargetChoice> = {}): TargetChoice {
  return { userId, computeId, database: null, databaseRole: null, access: 'read_write', ...wish };
}

async function memberOfOrganization() {
  const catalogue = catalogueOf();
  const [admin, member] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'member')];
  const organization = await addOrganization(catalogue, admin);
  const membership = await addMemberTo(catalogue, organization, { person: member });
  const whole = await addProject(catalogue, organization.id, 'shop');
  return { catalogue, admin, member, organization, membership, ...whole };
}

describe('the targets of a person', () => {
  it('include own, organization and shared projects, each under its account', async () => {
    const { catalogue, member, organization, project } = await memberOfOrganization();
    const owner = await addPerson(catalogue, 'owner');
    const own = await addProject(catalogue, member.accountId, 'notes');
    const shared = await addProject(catalogue, owner.accountId, 'secret');
    await addProject(catalogue, owner.accountId, 'not shared');
    await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: shared.project.id, emails: [member.email] });
    const targets = await listTargets(catalogue, await actorOf(catalogue, member.userId));
    expect(targets.map((account) => [account.kind, account.id, account.projects.map((one) => one.id)])).toEqual([
      ['personal', member.accountId, [own.project.id]],
      ['organization', organization.id, [project.id]],
      ['shared', 'shared', [shared.project.id]],
    ]);
  });

  it('include the databases and roles that can be chosen on each compute', async () => {
    const { catalogue, member, compute } = await memberOfOrganization();
    const [account] = await listTargets(catalogue, await actorOf(catalogue, member.userId));
    expect(account?.projects[0]?.computes).toEqual([
      expect.objectContaining({
        id: compute.id,
        name: compute.id,
        state: 'active',
        passwordlessAccess: true,
        databases: ['appdb'],
        roles: [
          { name: 'app', readOnly: false },
          { name: 'app_reader', readOnly: true },
        ],
        lastUsed: null,
      }),
    ]);
  });

  it('are sorted by last use, and include how each was used', async () => {
    const catalogue = catalogueOf();
    const ada = await addPerson(catalogue, 'ada');
    const [first, second, third] = [
      await addProject(catalogue, ada.accountId, 'alpha'),
      await addProject(catalogue, ada.accountId, 'beta'),
      await addProject(catalogue, ada.accountId, 'gamma'),
    ];
    const names = async () => {
      const [account] = await listTargets(catalogue, await actorOf(catalogue, ada.userId));
      return account?.projects.map((project) => project.name);
    };
    expect(await names()).toEqual(['alpha', 'beta', 'gamma']);
    for (const used of [first, third, second]) {
      clock.push(1_000);
      await rememberTarget(catalogue, choose(ada.userId, used.compute.id, { access: 'read_only' }));
    }
    expect(await names()).toEqual(['beta', 'gamma', 'alpha']);
    const [account] = await listTargets(catalogue, await actorOf(catalogue, ada.userId), { search: 'BET' });
    expect(account?.projects.map((project) => project.computes[0]?.lastUsed)).toEqual([
      { at: clock.now(), database: null, databaseRole: null, access: 'read_only' },
    ]);
  });

  it('are found by a part of a project’s name or id, taken literally', async () => {
    const catalogue = catalogueOf();
    const ada = await addPerson(catalogue, 'ada');
    await addProject(catalogue, ada.accountId, '100% wool');
    const { project } = await addProject(catalogue, ada.accountId, '100 ducks');
    const found = async (search: string) => {
      const accounts = await listTargets(catalogue, await actorOf(catalogue, ada.userId), { search });
      return accounts.flatMap((account) => account.projects.map((one) => one.name));
    };
    expect(await found('0%')).toEqual(['100% wool']);
    expect(await found('100_')).toEqual([]);
    expect(await found(project.id.slice(-8))).toEqual(['100 ducks']);
  });

  it('exclude disabled computes, and mark those without login by link', async () => {
    const catalogue = catalogueOf();
    const ada = await addPerson(catalogue, 'ada');
    const off = await addProject(catalogue, ada.accountId, 'off');
    const closed = await addProject(catalogue, ada.accountId, 'closed');
    await changeCompute(catalogue, SYSTEM_CONTEXT, { computeId: off.compute.id, changes: { isDisabled: true } });
    await changeCompute(catalogue, SYSTEM_CONTEXT, {
      computeId: closed.compute.id,
      changes: { passwordlessAccess: false },
    });
    const [account] = await listTargets(catalogue, await actorOf(catalogue, ada.userId));
    expect(account?.projects.map((one) => [one.name, one.computes[0]?.passwordlessAccess])).toEqual([
      ['closed', false],
    ]);
  });
});

describe('a resolved target', () => {
  it('has the address, the unsealed password and the policy', async () => {
    const { catalogue, member, organization, project, compute } = await memberOfOrganization();
    const target = await resolveTarget(catalogue, choose(member.userId, compute.id), BY_LINK);
    expect(target).toMatchObject({
      person: { userId: member.userId, email: member.email, isGuest: false },
      account: { id: organization.id, name: 'Example Org' },
      project: { id: project.id, name: 'shop' },
      compute: { id: compute.id, state: 'active', hostId: null },
      database: 'appdb',
      databaseRole: 'app',
      databases: ['appdb'],
      upstream: {
        host: 'db.internal',
        port: 5432,
        tls: { mode: 'verify-full', ca: null, serverName: null, clientCertificate: null },
        allowMd5: false,
        allowCleartext: false,
      },
      policy: { linkLogin: true, replication: false, maxConnections: null },
    });
    expect(target.upstream.password?.reveal()).toBe('app-password');
    expect(JSON.stringify(target)).not.toContain('app-password');
  });

  it('uses a role that cannot write for read-only access', async () => {
    const { catalogue, member, compute } = await memberOfOrganization();
    const target = await resolveTarget(catalogue, choose(member.userId, compute.id, { access: 'read_only' }), BY_LINK);
    expect(target.databaseRole).toBe('app_reader');
    expect(target.upstream.password?.reveal()).toBe('reader-password');
    const wrong = resolveTarget(
      catalogue,
      choose(member.userId, compute.id, { access: 'read_only', databaseRole: 'app' }),
      BY_LINK,
    );
    await expect(wrong).rejects.toMatchObject({ code: 'precondition' });
  });

  it('is not found for an unknown database, role or compute', async () => {
    const { catalogue, member, compute } = await memberOfOrganization();
    for (const wish of [{ database: 'postgres' }, { databaseRole: 'postgres' }, { computeId: newComputeId() }]) {
      const target = resolveTarget(catalogue, choose(member.userId, compute.id, wish), BY_LINK);
      await expect(target).rejects.toMatchObject({ code: 'not_found' });
    }
    await changeCompute(catalogue, SYSTEM_CONTEXT, { computeId: compute.id, changes: { isDisabled: true } });
    const disabled = resolveTarget(catalogue, choose(member.userId, compute.id), BY_LINK);
    await expect(disabled).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is judged without opening its credentials', async () => {
    const { catalogue, member, compute } = await memberOfOrganization();
    const open = (): never => {
      throw new Error('the password was opened');
    };
    const sealed = { ...catalogue, sealer: Object.assign(Object.create(catalogue.sealer), { open }) };
    const choice = choose(member.userId, compute.id);
    expect(await judgeTarget(sealed, choice, BY_LINK)).toMatchObject({ compute: { id: compute.id } });
    await expect(resolveTarget(sealed, choice, BY_LINK)).rejects.toThrow('the password was opened');
  });

  it('is lost with the membership', async () => {
    const { catalogue, member, organization, membership, compute } = await memberOfOrganization();
    await resolveTarget(catalogue, choose(member.userId, compute.id), BY_LINK);
    await removeMember(catalogue, SYSTEM_CONTEXT, { accountId: organization.id, membershipId: membership.id });
    const lost = resolveTarget(catalogue, choose(member.userId, compute.id), BY_LINK);
    await expect(lost).rejects.toMatchObject({ code: 'permission_lost', sqlstate: '42501' });
    const { members } = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId: organization.id, limit: 10 });
    expect(members).toHaveLength(1);
  });

  it('is available to a guest while the project is shared', async () => {
    const { catalogue, project, compute } = await memberOfOrganization();
    const guest = await addPerson(catalogue, 'guest');
    await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [guest.email] });
    expect((await resolveTarget(catalogue, choose(guest.userId, compute.id), BY_LINK)).person.isGuest).toBe(true);
    const [share] = await listShares(catalogue, SYSTEM_CONTEXT, project.id);
    if (share === undefined) throw new Error('not shared');
    await unshareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, shareId: share.id });
    const lost = resolveTarget(catalogue, choose(guest.userId, compute.id), BY_LINK);
    await expect(lost).rejects.toMatchObject({ code: 'permission_lost' });
  });

  it('is not available to a person who does not exist', async () => {
    const { catalogue, compute } = await memberOfOrganization();
    const target = resolveTarget(catalogue, choose(newUserId(), compute.id), BY_LINK);
    await expect(target).rejects.toMatchObject({ code: 'permission_lost' });
  });

  it('is refused where the compute or its account disables login by link', async () => {
    const { catalogue, member, organization, compute } = await memberOfOrganization();
    const choice = choose(member.userId, compute.id);
    const switchCompute = ({ passwordlessAccess }: { passwordlessAccess: boolean }) =>
      changeCompute(catalogue, SYSTEM_CONTEXT, { computeId: compute.id, changes: { passwordlessAccess } });
    await switchCompute({ passwordlessAccess: false });
    await expect(resolveTarget(catalogue, choice, BY_LINK)).rejects.toMatchObject({ code: 'link_login_disabled' });
    await switchCompute({ passwordlessAccess: true });
    await changeAccountPolicy(catalogue, SYSTEM_CONTEXT, { accountId: organization.id, passwordlessAccess: false });
    await expect(resolveTarget(catalogue, choice, BY_LINK)).rejects.toMatchObject({ code: 'link_login_disabled' });
  });

  it('is read-only where the policy requires it', async () => {
    const { catalogue, member, compute } = await memberOfOrganization();
    await changeComputePolicy(catalogue, SYSTEM_CONTEXT, { computeId: compute.id, policy: { readOnlyOnly: true } });
    const write = resolveTarget(catalogue, choose(member.userId, compute.id), BY_LINK);
    await expect(write).rejects.toMatchObject({ code: 'forbidden' });
    const read = await resolveTarget(catalogue, choose(member.userId, compute.id, { access: 'read_only' }), BY_LINK);
    expect(read.policy.readOnlyOnly).toBe(true);
  });
});

describe('a terminal', () => {
  it('is known to one person for 30 days after an approval, IPv6 by its /64', async () => {
    const catalogue = catalogueOf();
    const [ada, eve] = [await addPerson(catalogue, 'ada'), await addPerson(catalogue, 'eve')];
    await rememberTerminal(catalogue, ada.userId, '192.0.2.1');
    await rememberTerminal(catalogue, ada.userId, '2001:db8:1:2::1');
    const known = (address: string) => isKnownTerminal(catalogue, ada.userId, { address });
    expect(await known('::ffff:192.0.2.1')).toBe(true);
    expect(await known('2001:db8:1:2:ffff::9')).toBe(true);
    expect(await known('2001:db8:1:3::1')).toBe(false);
    expect(await known('192.0.2.2')).toBe(false);
    expect(await isKnownTerminal(catalogue, eve.userId, { address: '192.0.2.1' })).toBe(false);
    clock.push(30 * 24 * 3_600_000);
    expect(await known('192.0.2.1')).toBe(false);
  });
});
