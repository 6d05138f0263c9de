// What the permission table is about: an organization with everybody who can call, and fresh things
// to call about.

import { createOrganizationKey, createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { createOperation } from '../../../src/catalogue/projects/operations.ts';
import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId } from '../../../src/ids.ts';
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
  const adminContext = await actingAs(catalogue, people.admin);
  const key = await createOrganizationKey(catalogue, adminContext, { accountId: organizationId, name: 'to revoke' });
  const ofProject = { accountId: organizationId, projectId: project.project.id };
  return {
    names: {
      ...(await namesOf(web, project, people.guest)),
      org_id: organizationId,
      source_org_id: organizationId,
      member_id: victim.id,
      invitation_id: invited?.kind === 'invited' ? invited.invitation.id : '',
      key_id: String(key.apiKey.id),
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
  const operation = await createOperation(catalogue, { ...place, action: 'apply_config', status: 'finished' });
  return {
    project_id: project.id,
    branch_id: branchId,
    endpoint_id: compute.id,
    database_name: 'appdb',
    role_name: 'app',
    operation_id: operation.id,
    permission_id: share?.kind === 'shared' ? share.share.id : '',
  };
}
