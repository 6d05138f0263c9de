import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { findPasswordRoles, requirePasswordReach } from '../../../src/catalogue/access/own-reach.ts';
import { judgeTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { readRights, readRightsAtOnce } from '../../../src/catalogue/access/rights-reader.ts';
import { listTargets } from '../../../src/catalogue/access/targets.ts';
import { explainAccess } from '../../../src/catalogue/explain/why.ts';
import { resolveAccessToken, resolveRoutedRole } from '../../../src/catalogue/logins/find-verifier.ts';
import { findRoleOfProject } from '../../../src/catalogue/logins/route-role.ts';
import { listShares, shareProject, unshareProject } from '../../../src/catalogue/projects/shares.ts';
import type { RuleObject } from '../../../src/catalogue/rights/access-rule.ts';
import {
  changeAccessRule,
  createAccessRule,
  type NewAccessRule,
  removeAccessRule,
  replaceAccessRules,
} from '../../../src/catalogue/rules/access-rules.ts';
import { findCoveredPlaces } from '../../../src/catalogue/rules/covered-places.ts';
import { listAccessRules, pageAccessRules } from '../../../src/catalogue/rules/rule-lists.ts';
import { MOST_ALIKE, MOST_BY_PASSWORD } from '../../../src/catalogue/rules/rule-room.ts';
import { STARTING_SETS } from '../../../src/catalogue/rules/starting-sets.ts';
import { addTeamMember, removeTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam, deleteTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { transferProjects } from '../../../src/catalogue/transfers/project-transfers.ts';
import { isPosternError } from '../../../src/errors.ts';
import type { UserId } from '../../../src/ids.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue({ clock: pushedClock() });

async function organizationWithShop() {
  const catalogue = catalogueOf();
  const people = {
    admin: await addPerson(catalogue, 'admin'),
    member: await addPerson(catalogue, 'member'),
    guest: await addPerson(catalogue, 'guest'),
  };
  const { id: accountId } = await addOrganization(catalogue, people.admin);
  await addMemberTo(catalogue, { id: accountId }, { person: people.member });
  const shop = await addProject(catalogue, accountId, 'shop');
  const shared = { projectId: shop.project.id, emails: [people.guest.email] };
  await shareProject(catalogue, SYSTEM_CONTEXT, shared);
  const team = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId, name: 'Data' });
  await addTeamMember(catalogue, SYSTEM_CONTEXT, { accountId, teamId: team.id, userId: people.member.userId });
  const context = await actingAs(catalogue, people.admin);
  const add = (rule: Omit<NewAccessRule, 'accountId'>) => createAccessRule(catalogue, context, { accountId, ...rule });
  return { catalogue, ...people, people, accountId, team, context, add, ...shop };
}

type Scene = Awaited<ReturnType<typeof organizationWithShop>>;
type Person = 'admin' | 'member' | 'guest';

const ADDRESS = '203.0.113.7';
const BY_LINK = { door: 'link', address: ADDRESS, signIn: null } as const;

async function isLetIn(ask: Promise<unknown>): Promise<boolean> {
  return await ask.then(
    () => true,
    (error: unknown) => {
      if (isPosternError(error, 'rule_denied') || isPosternError(error, 'permission_lost')) return false;
      throw error;
    },
  );
}

/** What each door, the page, the bulk reader and the explanation say of one person and role. */
async function answersOf(scene: Scene, name: Person, role: 'app' | 'app_reader') {
  const { catalogue, compute, people } = scene;
  const { userId } = people[name];
  const access = role === 'app' ? ('read_write' as const) : ('read_only' as const);
  const choice = { userId, computeId: compute.id, database: 'appdb', databaseRole: role, access };
  const actor = await actorOf(catalogue, userId);
  const offered = await listTargets(catalogue, actor, { address: ADDRESS });
  const roles = offered.flatMap(({ projects }) =>
    projects.flatMap(({ computes }) => computes.flatMap((each) => each.roles)),
  );
  const asked = { computeIds: [compute.id], userIds: [userId], accessTokenIds: [] };
  const rights = await readRightsAtOnce(catalogue, asked);
  const question = {
    who: { kind: 'person', userId },
    computeId: compute.id,
    databaseRole: role,
    database: 'appdb',
  } as const;
  const why = async (door: 'link' | 'role_password') => {
    const now = { address: door === 'link' ? ADDRESS : null, at: catalogue.clock.now() };
    return (await explainAccess(catalogue, SYSTEM_CONTEXT, { ...question, ...now, door })).decision.kind === 'allowed';
  };
  const shown = await findPasswordRoles(catalogue, actor, { branchId: scene.branchId, names: [role] });
  return {
    link: {
      page: roles.some((each) => each.name === role),
      door: await isLetIn(judgeTarget(catalogue, choice, BY_LINK)),
      recheck: await isLetIn(judgeTarget(catalogue, choice, { ...BY_LINK, rights })),
      why: await why('link'),
    },
    password: {
      page: shown.has(role),
      reveal: await isLetIn(requirePasswordReach(catalogue, actor, { branchId: scene.branchId, name: role })),
      why: await why('role_password'),
    },
  };
}

describe('a new account', () => {
  it('has the rules of “everyone, everything”', async () => {
    const { catalogue, context, accountId } = await organizationWithShop();
    const rules = await listAccessRules(catalogue, context, accountId);
    const made = rules.map(({ subject, object, grants }) => ({ subject: subject.kind, object: object.kind, grants }));
    const [members] = await replaceAccessRules(catalogue, context, { accountId, set: 'everyone' });
    const grants = members?.grants;
    expect(made).toEqual(STARTING_SETS.everyone.map(({ subject }) => ({ subject, object: 'account', grants })));
  });

  it('is strict as soon as they are gone, and its admins keep the rules', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId } = scene;
    await replaceAccessRules(catalogue, context, { accountId, set: 'strict' });
    for (const name of ['admin', 'member', 'guest'] as const) {
      const { link, password } = await answersOf(scene, name, 'app');
      expect([...Object.values(link), ...Object.values(password)], name).toEqual(Array(7).fill(false));
    }
    await scene.add({ subject: { kind: 'members' }, object: { kind: 'account' }, grants: {} });
    expect((await answersOf(scene, 'member', 'app')).link.door).toBe(true);
  });
});

describe('the doors of programs', () => {
  it('let an access token in by the rules of its person, or of the account’s tokens', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId, compute, member } = scene;
    const wanted = { name: 'ci', computeId: compute.id, access: 'read_write' } as const;
    const own = await createAccessToken(catalogue, await actingAs(catalogue, member), { ...wanted, owner: 'self' });
    const shared = await createAccessToken(catalogue, context, { ...wanted, owner: 'account' });
    const isIn = (token: typeof own) => isLetIn(resolveAccessToken(catalogue, token.accessToken, { address: ADDRESS }));
    expect([await isIn(own), await isIn(shared)]).toEqual([true, true]);
    await replaceAccessRules(catalogue, context, { accountId, set: 'strict' });
    expect([await isIn(own), await isIn(shared)]).toEqual([false, false]);
    const refused = createAccessToken(catalogue, context, { ...wanted, owner: 'account' });
    await expect(refused).rejects.toMatchObject({ code: 'rule_denied' });
    await scene.add({ subject: { kind: 'account_tokens' }, object: { kind: 'account' }, grants: { doors: ['token'] } });
    expect([await isIn(own), await isIn(shared)]).toEqual([false, true]);
  });

  it('let a role’s password in where a rule lets anybody in by it', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId, project, member } = scene;
    const route = await findRoleOfProject(catalogue, 'app', { endpoint: null, project: project.id });
    if (route?.kind !== 'role') throw new Error('the role has a password');
    const isIn = () => isLetIn(resolveRoutedRole(catalogue, route.role, { address: ADDRESS }));
    expect(await isIn()).toBe(true);
    await replaceAccessRules(catalogue, context, { accountId, set: 'strict' });
    expect(await isIn()).toBe(false);
    const rule = await scene.add({
      subject: { kind: 'person', userId: member.userId },
      object: { kind: 'project', projectId: project.id },
      grants: { doors: ['role_password'], networks: ['203.0.113.0/24'] },
    });
    expect(await isIn()).toBe(true);
    await changeAccessRule(catalogue, context, { accountId, ruleId: rule.id, grants: { doors: ['link'] } });
    expect(await isIn()).toBe(false);
  });
});

describe('who can reach a label or a project', () => {
  it('is said by the rules about it, and about what has that label or is in there', async () => {
    const { catalogue, accountId, project, compute } = await organizationWithShop();
    const blog = await addProject(catalogue, accountId, 'blog');
    const labelled = catalogue.db.updateTable('projects').set({ label: 'production' });
    await labelled.where('id', '=', project.id).execute();
    const objects: ReadonlyArray<readonly [string, RuleObject]> = [
      ['all', { kind: 'account' }],
      ['production', { kind: 'label', label: 'production' }],
      ['staging', { kind: 'label', label: 'staging' }],
      ['shop', { kind: 'project', projectId: project.id }],
      ['in shop', { kind: 'compute', computeId: compute.id }],
      ['blog', { kind: 'project', projectId: blog.project.id }],
      ['in blog', { kind: 'compute', computeId: blog.compute.id }],
    ];
    const about = async (what: string) => {
      const places = await findCoveredPlaces(catalogue, accountId, what);
      return objects.filter(([, object]) => places.touches(object)).map(([name]) => name);
    };
    expect(await about('label:production')).toEqual(['all', 'production', 'shop', 'in shop']);
    expect(await about(`project:${project.id}`)).toEqual(['all', 'production', 'shop', 'in shop']);
    expect(await about(`project:${blog.project.id}`)).toEqual(['all', 'blog', 'in blog']);
    expect(await about('label:staging')).toEqual(['all', 'staging']);
    expect(await about('')).toHaveLength(objects.length);
  });
});

describe('a rule', () => {
  it('names only what is the account’s, and is seen by its admins only', async () => {
    const { catalogue, accountId, member, guest, add } = await organizationWithShop();
    const stranger = await addPerson(catalogue, 'stranger');
    const other = await addProject(catalogue, stranger.accountId, 'other');
    const grants = {};
    const foreign = add({ subject: { kind: 'person', userId: stranger.userId }, object: { kind: 'account' }, grants });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    const elsewhere = { kind: 'project', projectId: other.project.id } as const;
    await expect(add({ subject: { kind: 'members' }, object: elsewhere, grants })).rejects.toMatchObject({
      code: 'not_found',
    });
    for (const { userId } of [member, guest]) {
      const list = listAccessRules(catalogue, await actingAs(catalogue, { userId }), accountId);
      await expect(list).rejects.toMatchObject({ code: expect.stringMatching(/forbidden|not_found/) });
    }
  });

  it('goes with its team, and with the membership that it rested on', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId, team, member } = scene;
    await replaceAccessRules(catalogue, context, { accountId, set: 'strict' });
    await scene.add({ subject: { kind: 'team', teamId: team.id }, object: { kind: 'account' }, grants: {} });
    expect((await answersOf(scene, 'member', 'app')).link.door).toBe(true);
    await removeTeamMember(catalogue, context, { accountId, teamId: team.id, userId: member.userId });
    expect((await answersOf(scene, 'member', 'app')).link.door).toBe(false);
    await deleteTeam(catalogue, context, { accountId, teamId: team.id });
    expect(await listAccessRules(catalogue, context, accountId)).toEqual([]);
  });

  it('is one too many beyond those that one question reads', async () => {
    const { catalogue, accountId, member, admin, add } = await organizationWithShop();
    const fill = (count: number, kind: string, doors: string) =>
      sql`insert into access_rules (id, account_id, subject_kind, object_kind, doors, grants, created_at)
        select ${kind} || n, ${accountId}, ${kind}, 'account', ${doors}::text[], '{}', now()
        from generate_series(1, ${count}::int) n`.execute(catalogue.db);
    const of = (userId: UserId, doors: readonly ['link' | 'role_password']) =>
      add({ subject: { kind: 'person', userId }, object: { kind: 'account' }, grants: { doors: [...doors] } });
    await fill(MOST_ALIKE, 'account_tokens', '{link}');
    const alike = add({ subject: { kind: 'account_tokens' }, object: { kind: 'account' }, grants: {} });
    await expect(alike).rejects.toThrow('at most 100 access rules');
    await of(member.userId, ['link']);
    await fill(MOST_BY_PASSWORD, 'guests', '{role_password}');
    await expect(of(admin.userId, ['role_password'])).rejects.toThrow('at most 500 access rules');
    await of(admin.userId, ['link']);
  });

  it('is listed once over all pages, also when one is made meanwhile', async () => {
    const { catalogue, context, accountId, project, compute, add } = await organizationWithShop();
    const about = { projectId: project.id, computeIds: [compute.id] };
    const page = (cursor: string | null, more = {}) =>
      pageAccessRules(catalogue, context, { accountId, limit: 2, cursor, ...more });
    const first = await page(null);
    await add({ subject: { kind: 'members' }, object: { kind: 'label', label: 'staging' }, grants: {} });
    const second = await page(first.cursor);
    const last = await page(second.cursor);
    expect(last).toEqual({ items: [], cursor: null });
    expect([...first.items, ...second.items]).toEqual(await listAccessRules(catalogue, context, accountId));
    expect((await page(null, { about, limit: 9 })).items).toHaveLength(3);
    await expect(page(first.cursor, { about })).rejects.toThrow('cursor is not one');
    const forged = Buffer.from(first.cursor ?? '', 'base64url')
      .toString('utf8')
      .replace(/ \d+ /, ' 1;drop ');
    await expect(page(Buffer.from(forged, 'utf8').toString('base64url'))).rejects.toThrow('cursor is not one');
  });

  it('goes with the person whom it names', async () => {
    const { catalogue, context, accountId, guest, project, add } = await organizationWithShop();
    await add({ subject: { kind: 'person', userId: guest.userId }, object: { kind: 'account' }, grants: {} });
    const [share] = await listShares(catalogue, SYSTEM_CONTEXT, project.id);
    if (share === undefined) throw new Error('not shared');
    expect(await listAccessRules(catalogue, context, accountId)).toHaveLength(4);
    await unshareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, shareId: share.id });
    expect(await listAccessRules(catalogue, context, accountId)).toHaveLength(3);
  });

  it('stays behind when its project moves to another account', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId, admin, project } = scene;
    await scene.add({ subject: { kind: 'members' }, object: { kind: 'project', projectId: project.id }, grants: {} });
    const destination = await addOrganization(catalogue, admin);
    const move = { sourceAccountId: accountId, destinationAccountId: destination.id, projectIds: [project.id] };
    await transferProjects(catalogue, await actingAs(catalogue, admin), move);
    expect(await listAccessRules(catalogue, context, accountId)).toHaveLength(3);
  });

  it('records what it may have ended, and a removed one lets nobody in', async () => {
    const scene = await organizationWithShop();
    const { catalogue, context, accountId, project } = scene;
    await replaceAccessRules(catalogue, context, { accountId, set: 'strict' });
    const object = { kind: 'project', projectId: project.id } as const;
    const rule = await scene.add({ subject: { kind: 'members' }, object, grants: {} });
    await removeAccessRule(catalogue, context, { accountId, ruleId: rule.id });
    const rows = catalogue.db
      .selectFrom('ended_access')
      .select(['kind', 'project_id'])
      .where('account_id', '=', accountId);
    expect((await rows.orderBy('id').execute()).at(-1)).toEqual({ kind: 'rules', project_id: project.id });
    const { computeId, userId } = { computeId: scene.compute.id, userId: scene.member.userId };
    const rights = readRights(catalogue);
    expect((await rights.rules(computeId, { kind: 'person', userId })).rules).toEqual([]);
  });
});
