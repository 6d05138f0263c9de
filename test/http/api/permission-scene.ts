// What the permission table is about: an organization with everybody who can call, and fresh things
// to call about.

import {
  createOrganizationKey,
  createPersonalKey,
  createSinglePurposeKey,
} from '../../../src/catalogue/access/api-keys.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { nameGlassPerson } from '../../../src/catalogue/asking/glass-people.ts';
import { addNotificationTarget } from '../../../src/catalogue/notifications/notification-targets.ts';
import { createOperation } from '../../../src/catalogue/projects/operations.ts';
import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { createAccessRule } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, newAccessRequestId } from '../../../src/ids.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo, addPerson, addProject } from '../../support/databases/catalogue-for-tests.ts';
import {
  type ApiForTests,
  type CallerForTests,
  newCaller,
  newOrganization,
  organizationCaller,
} from './api-for-tests.ts';
import type { CallerName } from './permission-table.ts';

export interface Scene {
  readonly people: Readonly<Record<'admin' | 'member' | 'guest' | 'stranger' | 'operator', CallerForTests>>;
  readonly organizationId: AccountId;
  readonly destinationId: AccountId;
  readonly organizationKey: ApiForTests;
  readonly otherProjectKey: ApiForTests;
}

/** What stands for the names in braces of a path, and who calls about it. */
export interface Target {
  readonly names: Readonly<Record<string, string>>;
  readonly callers: Readonly<Record<CallerName, ApiForTests>>;
}

export async function openScene(web: WebForTests): Promise<Scene> {
  const people = {
    admin: await newCaller(web, 'admin'),
    member: await newCaller(web, 'member'),
    guest: await newCaller(web, 'guest'),
    stranger: await newCaller(web, 'stranger'),
    operator: await newCaller(web, 'operator'),
  };
  const { admin, member, guest, stranger, operator } = people;
  await web.catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', operator.userId).execute();
  const organization = await newOrganization(web, admin, [member]);
  const destination = await newOrganization(web, admin, [member, guest, stranger, operator]);
  const other = await addProject(web.catalogue, organization.id, 'other');
  const keyOf = { accountId: organization.id };
  return {
    people,
    organizationId: organization.id,
    destinationId: destination.id,
    organizationKey: await organizationCaller(web, admin, keyOf),
    otherProjectKey: await organizationCaller(web, admin, { ...keyOf, projectId: other.project.id }),
  };
}

/**
 * A project of the organization with all that hangs on it, and things of the organization that can
 * be taken away.
 */
export async function newTarget(web: WebForTests, scene: Scene): Promise<Target> {
  const { catalogue } = web;
  const { people, organizationId, organizationKey, otherProjectKey } = scene;
  const project = await addProject(catalogue, organizationId, 'target');
  const victim = await addMemberTo(catalogue, { id: organizationId }, { person: await addPerson(catalogue, 'victim') });
  const invitations = [{ email: `${project.project.id}@example.com`, memberRole: 'member' as const }];
  const [invited] = await inviteMembers(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, invitations });
  const team = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, name: project.project.id });
  const inTeam = { accountId: organizationId, teamId: team.id, userId: victim.userId };
  await addTeamMember(catalogue, SYSTEM_CONTEXT, inTeam);
  const adminContext = await actingAs(catalogue, people.admin);
  const key = await createOrganizationKey(catalogue, adminContext, { accountId: organizationId, name: 'to revoke' });
  const single = { accountId: organizationId, name: 'to revoke' };
  const scimKey = await createSinglePurposeKey(catalogue, adminContext, { ...single, kind: 'scim' });
  const onCallKey = await createSinglePurposeKey(catalogue, adminContext, { ...single, kind: 'on_call' });
  // Of one target only, since an organization names few.
  await catalogue.db.deleteFrom('break_glass_people').execute();
  await nameGlassPerson(catalogue, SYSTEM_CONTEXT, { accountId: organizationId, userId: victim.userId });
  const { target } = await addNotificationTarget(catalogue, adminContext, {
    ...{ accountId: organizationId, name: 'chat', url: 'https://chat.example/', format: 'slack', classes: ['keys'] },
  });
  await forgetTargets(web, organizationId, target.id);
  const ofProject = { accountId: organizationId, projectId: project.project.id };
  const requestId = newAccessRequestId();
  const [asked_at, expires_at] = [new Date(), new Date(Date.now() + 3_600_000)];
  await catalogue.db
    .insertInto('access_requests')
    .values({
      ...{
        ...{ id: requestId, kind: 'asked', account_id: organizationId },
        project_id: project.project.id,
        asked_at,
        expires_at,
      },
      ...{ user_id: victim.userId, access: 'read_only', reason: '', duration_ms: 60_000, needed: 1, status: 'waiting' },
    })
    .execute();
  return {
    names: {
      request_id: requestId,
      ...(await namesOf(web, project, people.guest)),
      org_id: organizationId,
      source_org_id: organizationId,
      member_id: victim.id,
      team_id: team.id,
      user_id: victim.userId,
      invitation_id: invited?.kind === 'invited' ? invited.invitation.id : '',
      key_id: String(key.apiKey.id),
      scim_key_id: String(scimKey.apiKey.id),
      on_call_key_id: String(onCallKey.apiKey.id),
      target_id: target.id,
    },
    callers: {
      admin: people.admin.api,
      member: people.member.api,
      guest: people.guest.api,
      stranger: people.stranger.api,
      operator: people.operator.api,
      organizationKey,
      projectKey: await organizationCaller(web, people.admin, ofProject),
      otherProjectKey,
    },
  };
}

/**
 * A personal project of the admin, who is its owner; to everybody but guest and operator it is a
 * stranger's.
 */
export async function newPersonalTarget(web: WebForTests, { people, organizationKey }: Scene): Promise<Target> {
  const { admin, guest, stranger, operator } = people;
  const project = await addProject(web.catalogue, admin.accountId, 'personal');
  return {
    names: await namesOf(web, project, guest),
    callers: {
      admin: admin.api,
      member: admin.api,
      guest: guest.api,
      stranger: stranger.api,
      operator: operator.api,
      organizationKey,
      projectKey: organizationKey,
      otherProjectKey: organizationKey,
    },
  };
}

/** An organization has only so many. The oldest stays: the rows that take nothing away share it. */
async function forgetTargets({ catalogue }: WebForTests, accountId: AccountId, kept: string): Promise<void> {
  const all = catalogue.db.selectFrom('notification_targets').select('id').where('account_id', '=', accountId);
  const [, ...others] = await all.orderBy('created_at').execute();
  const ids = others.map(({ id }) => id).filter((id) => id !== kept);
  if (ids.length > 0) await catalogue.db.deleteFrom('notification_targets').where('id', 'in', ids).execute();
}

/** The id of a key of the caller's own, to revoke. */
export async function newPersonalKeyId(web: WebForTests, person: CallerForTests): Promise<string> {
  const made = await createPersonalKey(web.catalogue, await actingAs(web.catalogue, person), { name: 'to revoke' });
  return String(made.apiKey.id);
}

async function namesOf(
  { catalogue }: WebForTests,
  { project, branchId, compute }: RegisteredProject,
  guest: CallerForTests,
): Promise<Record<string, string>> {
  const emails = [guest.email];
  const [share] = await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails });
  const place = { projectId: project.id, branchId, computeId: compute.id };
  const rule = await createAccessRule(catalogue, SYSTEM_CONTEXT, {
    accountId: project.accountId,
    subject: { kind: 'members' },
    object: { kind: 'project', projectId: project.id },
    grants: {},
  });
  const operation = await createOperation(catalogue, { ...place, action: 'apply_config', status: 'finished' });
  return {
    project_id: project.id,
    branch_id: branchId,
    endpoint_id: compute.id,
    database_name: 'appdb',
    role_name: 'app',
    operation_id: operation.id,
    rule_id: rule.id,
    user_id: 'nobody',
    permission_id: share?.kind === 'shared' ? share.share.id : '',
  };
}
