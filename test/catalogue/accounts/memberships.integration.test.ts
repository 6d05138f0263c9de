import { describe, expect, it } from 'vitest';
import { getMember, listMembers } from '../../../src/catalogue/accounts/member-lists.ts';
import { type Membership, removeMember, setMemberRole } from '../../../src/catalogue/accounts/memberships.ts';
import {
  createOrganization,
  deleteOrganization,
  listOrganizationsOf,
  listOwnOrganizations,
  renameOrganization,
} from '../../../src/catalogue/accounts/organizations.ts';
import { listShares, shareProject } from '../../../src/catalogue/projects/shares.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId, UserId } from '../../../src/ids.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  subjectOf,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const catalogueOf = useTestCatalogue();

async function organizationOfThree() {
  const catalogue = catalogueOf();
  const [admin, member, other] = [
    await addPerson(catalogue, 'admin'),
    await addPerson(catalogue, 'member'),
    await addPerson(catalogue, 'other'),
  ];
  const organization = await addOrganization(catalogue, admin);
  await addMemberTo(catalogue, organization, { person: member });
  await addMemberTo(catalogue, organization, { person: other });
  const membershipOf = (person: { userId: UserId }) => findMember(catalogue, organization.id, person.userId);
  return { catalogue, organization, accountId: organization.id, admin, member, other, membershipOf };
}

async function findMember(catalogue: Catalogue, accountId: AccountId, userId: UserId): Promise<Membership> {
  const { members } = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, limit: 100 });
  const found = members.find((one) => one.userId === userId);
  if (found === undefined) throw new Error('not a member');
  return found;
}

describe('an organization', () => {
  it('has its creator as its admin', async () => {
    const catalogue = catalogueOf();
    const ada = await addPerson(catalogue, 'ada');
    const context = await actingAs(catalogue, ada);
    const organization = await createOrganization(catalogue, context, {
      name: ' Ocean Art, Inc. ',
      admin: subjectOf(ada),
    });
    expect(organization.id).toMatch(/^org-[a-z]+-[a-z]+-\d{8}$/);
    expect(organization).toMatchObject({ name: 'Ocean Art, Inc.', kind: 'organization', plan: 'business' });
    expect(organization.handle).toBe(`ocean-art-inc-${organization.id}`);
    expect(await listOrganizationsOf(catalogue, ada.userId)).toEqual([organization]);
    expect(await listOwnOrganizations(catalogue, await actingAs(catalogue, ada))).toEqual([organization]);
  });

  it('can be created by operators only, where the setting says so', async () => {
    const catalogue = {
      ...catalogueOf(),
      settings: { ...catalogueOf().settings, organizationCreation: 'on_request' },
    } as const;
    const ada = await addPerson(catalogue, 'ada');
    const input = { name: 'Example', admin: subjectOf(ada) };
    await expect(createOrganization(catalogue, await actingAs(catalogue, ada), input)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(createOrganization(catalogue, SYSTEM_CONTEXT, input)).resolves.toMatchObject({ name: 'Example' });
  });

  it('can be renamed by admins and keeps its handle', async () => {
    const { catalogue, organization, accountId, admin, member } = await organizationOfThree();
    const renamed = await renameOrganization(catalogue, await actingAs(catalogue, admin), { accountId, name: 'New' });
    expect(renamed).toMatchObject({ name: 'New', handle: organization.handle });
    const byMember = renameOrganization(catalogue, await actingAs(catalogue, member), { accountId, name: 'Mine' });
    await expect(byMember).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('can be deleted by admins, but not while it owns projects', async () => {
    const { catalogue, accountId, admin, member } = await organizationOfThree();
    const project = await addProject(catalogue, accountId);
    const asAdmin = await actingAs(catalogue, admin);
    await expect(deleteOrganization(catalogue, asAdmin, accountId)).rejects.toMatchObject({ code: 'conflict' });
    await catalogue.db.deleteFrom('projects').where('id', '=', project.project.id).execute();
    const byMember = deleteOrganization(catalogue, await actingAs(catalogue, member), accountId);
    await expect(byMember).rejects.toMatchObject({ code: 'forbidden' });
    await deleteOrganization(catalogue, asAdmin, accountId);
    expect(await listOrganizationsOf(catalogue, member.userId)).toEqual([]);
  });
});

describe('members', () => {
  it('can be promoted and demoted by admins only', async () => {
    const { catalogue, accountId, admin, member, other, membershipOf } = await organizationOfThree();
    const { id: membershipId } = await membershipOf(member);
    const promotion = { accountId, membershipId, memberRole: 'admin' } as const;
    for (const refused of [member, other]) {
      const context = await actingAs(catalogue, refused);
      await expect(setMemberRole(catalogue, context, promotion)).rejects.toMatchObject({ code: 'forbidden' });
    }
    const stranger = await actingAs(catalogue, await addPerson(catalogue, 'stranger'));
    await expect(setMemberRole(catalogue, stranger, promotion)).rejects.toMatchObject({ code: 'not_found' });
    const promoted = await setMemberRole(catalogue, await actingAs(catalogue, admin), promotion);
    expect(promoted.memberRole).toBe('admin');
    const demotion = { ...promotion, memberRole: 'member' } as const;
    await setMemberRole(catalogue, await actingAs(catalogue, admin), demotion);
    expect((await membershipOf(member)).memberRole).toBe('member');
  });

  it('can leave by themselves, and can be removed by admins only', async () => {
    const { catalogue, accountId, admin, member, other, membershipOf } = await organizationOfThree();
    const ofOther = { accountId, membershipId: (await membershipOf(other)).id };
    const ofMember = { accountId, membershipId: (await membershipOf(member)).id };
    const asMember = await actingAs(catalogue, member);
    await expect(removeMember(catalogue, asMember, ofOther)).rejects.toMatchObject({ code: 'forbidden' });
    await removeMember(catalogue, asMember, ofMember);
    await removeMember(catalogue, await actingAs(catalogue, admin), ofOther);
    const { members } = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10 });
    expect(members.map((one) => one.userId)).toEqual([admin.userId]);
  });

  it('of another organization are not found', async () => {
    const mine = await organizationOfThree();
    const foreign = await organizationOfThree();
    const membershipId = (await foreign.membershipOf(foreign.member)).id;
    const context = await actingAs(mine.catalogue, mine.admin);
    const which = { accountId: mine.accountId, membershipId };
    await expect(removeMember(mine.catalogue, context, which)).rejects.toMatchObject({ code: 'not_found' });
    await expect(getMember(mine.catalogue, context, which)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lose their shares of the organization’s projects when they join', async () => {
    const catalogue = catalogueOf();
    const [admin, guest] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'guest')];
    const organization = await addOrganization(catalogue, admin);
    const { project } = await addProject(catalogue, organization.id);
    const elsewhere = await addProject(catalogue, admin.accountId);
    for (const projectId of [project.id, elsewhere.project.id]) {
      await shareProject(catalogue, SYSTEM_CONTEXT, { projectId, emails: [guest.email] });
    }
    await addMemberTo(catalogue, organization, { person: guest });
    expect(await listShares(catalogue, SYSTEM_CONTEXT, project.id)).toEqual([]);
    expect((await actorOf(catalogue, guest.userId)).shares).toEqual(new Set([elsewhere.project.id]));
  });

  it.each(['email', 'role', 'joined_at'] as const)(
    'are listed by %s in pages without gaps or duplicates',
    async (sortBy) => {
      const { catalogue, organization, accountId } = await organizationOfThree();
      for (let count = 0; count < 8; count += 1) {
        const person = await addPerson(catalogue, 'colleague');
        await addMemberTo(catalogue, organization, { person, memberRole: count % 2 === 0 ? 'admin' : 'member' });
      }
      for (const sortOrder of ['asc', 'desc'] as const) {
        const all = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, sortBy, sortOrder, limit: 100 });
        const seen: string[] = [];
        let cursor: string | null = null;
        do {
          const page = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, sortBy, sortOrder, limit: 4, cursor });
          seen.push(...page.members.map((one) => one.id));
          cursor = page.cursor;
        } while (cursor !== null);
        expect(all.cursor).toBeNull();
        expect(seen).toEqual(all.members.map((one) => one.id));
        expect(new Set(seen).size).toBe(11);
      }
    },
  );

  it('cannot be listed with an unknown cursor', async () => {
    const { catalogue, accountId } = await organizationOfThree();
    for (const cursor of [
      'nonsense',
      Buffer.from('[1,2]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ]) {
      const listed = listMembers(catalogue, SYSTEM_CONTEXT, { accountId, limit: 4, cursor });
      await expect(listed).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('the only admin', () => {
  it('cannot leave, be demoted or be removed', async () => {
    const { catalogue, accountId, admin, membershipOf } = await organizationOfThree();
    const { id: membershipId } = await membershipOf(admin);
    for (const context of [await actingAs(catalogue, admin), SYSTEM_CONTEXT]) {
      await expect(removeMember(catalogue, context, { accountId, membershipId })).rejects.toMatchObject({
        code: 'conflict',
      });
      const demotion = { accountId, membershipId, memberRole: 'member' } as const;
      await expect(setMemberRole(catalogue, context, demotion)).rejects.toMatchObject({ code: 'conflict' });
    }
    expect((await membershipOf(admin)).memberRole).toBe('admin');
  });

  it('can leave after promoting another member', async () => {
    const { catalogue, accountId, admin, member, membershipOf } = await organizationOfThree();
    const context = await actingAs(catalogue, admin);
    const { id: membershipId } = await membershipOf(member);
    await setMemberRole(catalogue, context, { accountId, membershipId, memberRole: 'admin' });
    await removeMember(catalogue, context, { accountId, membershipId: (await membershipOf(admin)).id });
    expect((await membershipOf(member)).memberRole).toBe('admin');
  });

  it('remains when several admins demote and remove each other concurrently', async () => {
    const catalogue = catalogueOf();
    const random = seededRandom(20_260_304);
    const people = await Promise.all(Array.from({ length: 3 }, () => addPerson(catalogue, 'racer')));
    const [first] = people;
    if (first === undefined) throw new Error('no people');
    for (let round = 0; round < 40; round += 1) {
      const organization = await addOrganization(catalogue, first);
      for (const person of people.slice(1)) await addMemberTo(catalogue, organization, { person, memberRole: 'admin' });
      const accountId = organization.id;
      const { members } = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10 });
      const contexts = await Promise.all(people.map((person) => actingAs(catalogue, person)));
      const moves = contexts.map((context, index) => {
        const target = members[random.below(members.length)]?.id;
        const own = members.find((one) => one.userId === people[index]?.userId)?.id;
        if (target === undefined || own === undefined) throw new Error('no members');
        return [
          () => removeMember(catalogue, context, { accountId, membershipId: own }),
          () => removeMember(catalogue, context, { accountId, membershipId: target }),
          () => setMemberRole(catalogue, context, { accountId, membershipId: target, memberRole: 'member' }),
        ][random.below(3)]?.();
      });
      const outcomes = await Promise.allSettled(moves);
      const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
      expect(codes.filter((code) => !['conflict', 'forbidden', 'not_found'].includes(code))).toEqual([]);
      const left = await listMembers(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10 });
      expect(left.members.filter((one) => one.memberRole === 'admin').length, `round ${round}`).toBeGreaterThan(0);
    }
  });
});
