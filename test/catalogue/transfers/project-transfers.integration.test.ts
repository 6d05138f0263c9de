import { describe, expect, it } from 'vitest';
import { createOrganizationKey } from '../../../src/catalogue/access/api-keys.ts';
import { judgeAsking } from '../../../src/catalogue/access/ask-target.ts';
import { useApiKey } from '../../../src/catalogue/access/use-api-key.ts';
import { acceptInvitation } from '../../../src/catalogue/accounts/accept-invitation.ts';
import { changePlan, findAccount } from '../../../src/catalogue/accounts/accounts.ts';
import { listOwnInvitations } from '../../../src/catalogue/accounts/own-invitations.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { findRequest } from '../../../src/catalogue/asking/access-request.ts';
import { approveAhead } from '../../../src/catalogue/asking/approve-ahead.ts';
import { findProject } from '../../../src/catalogue/projects/projects.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import {
  decideOrganizationRequest,
  listOrganizationRequests,
  requestOrganization,
} from '../../../src/catalogue/transfers/organization-requests.ts';
import { transferProjects } from '../../../src/catalogue/transfers/project-transfers.ts';
import { type AccountId, newProjectId } from '../../../src/ids.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

async function twoOrganizations() {
  const catalogue = catalogueOf();
  const admin = await addPerson(catalogue, 'admin');
  const [source, destination] = [await addOrganization(catalogue, admin), await addOrganization(catalogue, admin)];
  const route = { sourceAccountId: source.id, destinationAccountId: destination.id };
  return { catalogue, admin, source, destination, route, asAdmin: await actingAs(catalogue, admin) };
}

async function ownerOf(
  catalogue: Catalogue,
  projectId: Parameters<typeof findProject>[1],
): Promise<AccountId | undefined> {
  return (await findProject(catalogue.db, projectId))?.accountId;
}

describe('a transfer', () => {
  it('moves the named projects with their guests, and without their keys', async () => {
    const { catalogue, source, destination, route, asAdmin } = await twoOrganizations();
    const [moved, kept] = [await addProject(catalogue, source.id), await addProject(catalogue, source.id)];
    const [guest, member] = [await addPerson(catalogue, 'guest'), await addPerson(catalogue, 'member')];
    await addMemberTo(catalogue, destination, { person: member });
    await shareProject(catalogue, asAdmin, { projectId: moved.project.id, emails: [guest.email, member.email] });
    const { key } = await createOrganizationKey(catalogue, asAdmin, {
      accountId: source.id,
      name: 'project key',
      projectId: moved.project.id,
    });
    expect(await useApiKey(catalogue, key.reveal(), '192.0.2.1')).not.toBeNull();

    const outcome = await transferProjects(catalogue, asAdmin, { ...route, projectIds: [moved.project.id] });
    expect(outcome).toMatchObject({ kind: 'transferred', projects: [{ id: moved.project.id }] });
    expect(await ownerOf(catalogue, moved.project.id)).toBe(destination.id);
    expect(await ownerOf(catalogue, kept.project.id)).toBe(source.id);
    expect((await actorOf(catalogue, guest.userId)).shares).toEqual(new Set([moved.project.id]));
    expect((await actorOf(catalogue, member.userId)).shares).toEqual(new Set());
    expect(await useApiKey(catalogue, key.reveal(), '192.0.2.1')).toBeNull();
  });

  it('leaves behind what the schedule of the source approved in advance', async () => {
    const { catalogue, admin, source, destination, route, asAdmin } = await twoOrganizations();
    const { project, compute } = await addProject(catalogue, source.id);
    const team = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId: destination.id, name: 'Owners' });
    await replaceAccessRules(catalogue, SYSTEM_CONTEXT, { accountId: destination.id, set: 'strict' });
    await createAccessRule(catalogue, SYSTEM_CONTEXT, {
      ...{ accountId: destination.id, subject: { kind: 'members' }, object: { kind: 'account' } },
      grants: { doors: ['link'], approvals: { count: 1, teamId: team.id } },
    });
    const { id } = await approveAhead(catalogue, SYSTEM_CONTEXT, {
      ...{ accountId: source.id, userId: admin.userId, projectId: project.id, computeId: null },
      ...{ database: null, databaseRole: null, durationMs: 3_600_000, reason: 'a shift of friends' },
    });
    await transferProjects(catalogue, asAdmin, { ...route, projectIds: [project.id] });
    const choice = { computeId: compute.id, database: null, databaseRole: null, access: 'read_write' } as const;
    const how = { door: 'link', address: null, signIn: null } as const;
    const { asking } = await judgeAsking(catalogue, { ...choice, userId: admin.userId }, how);
    expect(asking?.grants.approvals).toMatchObject({ teamId: team.id });
    expect(await findRequest(catalogue.db, id)).toMatchObject({ status: 'withdrawn', until: null });
  });

  it('from a personal account includes its owner, a member of the destination', async () => {
    const { catalogue, destination } = await twoOrganizations();
    const owner = await addPerson(catalogue, 'owner');
    const { project } = await addProject(catalogue, owner.accountId);
    const request = {
      sourceAccountId: owner.accountId,
      destinationAccountId: destination.id,
      projectIds: [project.id],
    };
    const asStranger = await actingAs(catalogue, owner);
    await expect(transferProjects(catalogue, asStranger, request)).rejects.toMatchObject({ code: 'not_found' });
    await addMemberTo(catalogue, destination, { person: owner });
    await transferProjects(catalogue, await actingAs(catalogue, owner), request);
    expect(await ownerOf(catalogue, project.id)).toBe(destination.id);
  });

  it('needs an admin of the source', async () => {
    const { catalogue, source, destination, route } = await twoOrganizations();
    const { project } = await addProject(catalogue, source.id);
    const member = await addPerson(catalogue, 'member');
    for (const organization of [source, destination]) await addMemberTo(catalogue, organization, { person: member });
    const request = { ...route, projectIds: [project.id] };
    const byMember = transferProjects(catalogue, await actingAs(catalogue, member), request);
    await expect(byMember).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('moves all projects or none', async () => {
    const { catalogue, source, destination, route, asAdmin } = await twoOrganizations();
    const { project } = await addProject(catalogue, source.id);
    const foreign = await addProject(catalogue, destination.id);
    for (const unknown of [newProjectId(), foreign.project.id]) {
      const request = { ...route, projectIds: [project.id, unknown] };
      await expect(transferProjects(catalogue, asAdmin, request)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await ownerOf(catalogue, project.id)).toBe(source.id);
  });

  it('names the limits of the destination that it would exceed', async () => {
    const { catalogue, source, destination, route, asAdmin } = await twoOrganizations();
    await changePlan(catalogue, SYSTEM_CONTEXT, { accountId: destination.id, plan: 'free' });
    const projects = await Promise.all(Array.from({ length: 11 }, () => addProject(catalogue, source.id)));
    const projectIds = projects.map(({ project }) => project.id);
    const outcome = await transferProjects(catalogue, asAdmin, { ...route, projectIds });
    expect(outcome).toEqual({
      kind: 'over_limits',
      limits: [{ name: 'projects_limit', expected: '10', actual: '11' }],
    });
    expect(await ownerOf(catalogue, projectIds[0] ?? newProjectId())).toBe(source.id);
    const fewer = await transferProjects(catalogue, asAdmin, { ...route, projectIds: projectIds.slice(1) });
    expect(fewer.kind).toBe('transferred');
  });

  it.each([0, 401])('of %i projects at once is refused', async (count) => {
    const { catalogue, route, asAdmin } = await twoOrganizations();
    const projectIds = Array.from({ length: count }, newProjectId);
    await expect(transferProjects(catalogue, asAdmin, { ...route, projectIds })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('in both directions at the same time does not deadlock', async () => {
    const { catalogue, source, destination, route, asAdmin } = await twoOrganizations();
    const [there, back] = [await addProject(catalogue, source.id), await addProject(catalogue, destination.id)];
    for (let round = 0; round < 10; round += 1) {
      const swapped = { sourceAccountId: route.destinationAccountId, destinationAccountId: route.sourceAccountId };
      const [away, home] = round % 2 === 0 ? [route, swapped] : [swapped, route];
      await Promise.all([
        transferProjects(catalogue, asAdmin, { ...away, projectIds: [there.project.id] }),
        transferProjects(catalogue, asAdmin, { ...home, projectIds: [back.project.id] }),
      ]);
    }
    expect(await ownerOf(catalogue, there.project.id)).toBe(source.id);
  });
});

describe('a requested organization', () => {
  async function requester() {
    const catalogue = catalogueOf();
    const [person, operator] = [await addPerson(catalogue, 'asks'), await addPerson(catalogue, 'operator')];
    await catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', operator.userId).execute();
    const asPerson = await actingAs(catalogue, person);
    const asOperator = await actingAs(catalogue, operator);
    const input = { adminEmail: person.email, name: 'Wanted Org', consent: 'given' } as const;
    return { catalogue, person, asPerson, asOperator, input };
  }

  it('receives all projects, the plan and the person when it is approved', async () => {
    const { catalogue, person, asPerson, asOperator, input } = await requester();
    const projects = [await addProject(catalogue, person.accountId), await addProject(catalogue, person.accountId)];
    const guest = await addPerson(catalogue, 'guest');
    for (const { project } of projects) {
      await shareProject(catalogue, asPerson, { projectId: project.id, emails: [guest.email] });
    }
    const delegate = await addPerson(catalogue, 'delegate');
    const request = await requestOrganization(catalogue, asPerson, { ...input, adminEmail: delegate.email });
    expect(await listOrganizationRequests(catalogue, asOperator, { status: 'requested' })).toContainEqual(request);
    const decided = await decideOrganizationRequest(catalogue, asOperator, {
      requestId: request.id,
      verdict: 'approve',
    });
    const organizationId = decided.request.organizationId ?? expect.fail('no organization was made');

    expect(await findAccount(catalogue.db, organizationId)).toMatchObject({ name: 'Wanted Org', plan: 'business' });
    expect(await findAccount(catalogue.db, person.accountId)).toMatchObject({ plan: 'free' });
    for (const { project } of projects) expect(await ownerOf(catalogue, project.id)).toBe(organizationId);
    expect((await actorOf(catalogue, person.userId)).memberships.get(organizationId)).toBe('admin');
    expect((await actorOf(catalogue, delegate.userId)).memberships.size).toBe(0);
    const { invitation } = decided;
    const token = invitation?.kind === 'invited' ? invitation.token.reveal() : expect.fail('nobody was invited');
    const asDelegate = await actingAs(catalogue, delegate);
    await acceptInvitation(catalogue, asDelegate, { token, userId: delegate.userId });
    expect((await actorOf(catalogue, delegate.userId)).memberships.get(organizationId)).toBe('admin');
    expect((await actorOf(catalogue, guest.userId)).shares.size).toBe(2);
    const again = decideOrganizationRequest(catalogue, asOperator, { requestId: request.id, verdict: 'decline' });
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });

  it('changes nothing when it is declined, and can be requested again', async () => {
    const { catalogue, person, asPerson, asOperator, input } = await requester();
    const { id: requestId } = await requestOrganization(catalogue, asPerson, input);
    await expect(requestOrganization(catalogue, asPerson, input)).rejects.toMatchObject({ code: 'conflict' });
    const declined = await decideOrganizationRequest(catalogue, asOperator, {
      requestId,
      verdict: 'decline',
      reason: 'not now',
    });
    expect(declined.request).toMatchObject({ status: 'declined', reason: 'not now', organizationId: null });
    expect(await findAccount(catalogue.db, person.accountId)).toMatchObject({ plan: 'business' });
    await requestOrganization(catalogue, asPerson, input);
    const own = await listOrganizationRequests(catalogue, asPerson, { requestedBy: person.userId });
    expect(own.map((request) => request.status)).toEqual(['declined', 'requested']);
  });

  it('is available to paid accounts only', async () => {
    const { catalogue, person, asPerson, input } = await requester();
    await changePlan(catalogue, SYSTEM_CONTEXT, { accountId: person.accountId, plan: 'free' });
    await expect(requestOrganization(catalogue, asPerson, input)).rejects.toMatchObject({ code: 'plan_gate' });
  });

  // A squatter, who had signed up with somebody's address without proving it, became admin of the
  // organization with all projects.
  it('is decided by operators only, and invites the mailbox of another admin', async () => {
    const { catalogue, person, asPerson, asOperator, input } = await requester();
    const adminEmail = 'squatted@example.org';
    const squatting = { email: adminEmail, name: 'Squatter', password: null, emailVerified: false };
    const squatter = await createUser(catalogue, SYSTEM_CONTEXT, squatting);
    const request = await requestOrganization(catalogue, asPerson, { ...input, adminEmail });
    const approval = { requestId: request.id, verdict: 'approve' } as const;
    const bySelf = decideOrganizationRequest(catalogue, asPerson, approval);
    await expect(bySelf).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listOrganizationRequests(catalogue, asPerson)).rejects.toMatchObject({ code: 'forbidden' });
    const { invitation } = await decideOrganizationRequest(catalogue, asOperator, approval);
    expect(invitation).toMatchObject({ kind: 'invited', delivery: 'vouched', invitation: { email: adminEmail } });
    expect((await actorOf(catalogue, squatter.id)).memberships.size).toBe(0);
    const own = { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, squatter.id) };
    expect(await listOwnInvitations(catalogue, own)).toEqual([]);
    expect((await actorOf(catalogue, person.userId)).memberships.size).toBe(1);
  });
});

describe('a change of plan', () => {
  it('ends one period and begins the next', async () => {
    const catalogue = catalogueOf();
    const { accountId } = await addPerson(catalogue, 'planned');
    for (const plan of ['scale', 'scale', 'free'] as const) {
      await changePlan(catalogue, SYSTEM_CONTEXT, { accountId, plan });
    }
    const periods = await catalogue.db
      .selectFrom('plan_periods')
      .selectAll()
      .where('account_id', '=', accountId)
      .orderBy('started_at')
      .orderBy('ended_at')
      .execute();
    expect(periods.map((period) => [period.plan, period.ended_at === null])).toEqual([
      ['business', false],
      ['scale', false],
      ['free', true],
    ]);
    expect(periods[1]?.started_at).toEqual(periods[0]?.ended_at);
  });
});
