// Forms about accounts and their people.

import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createOrganizationKey } from '../../../src/catalogue/access/api-keys.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { makeOperator } from '../../e2e/browser/operations-scenes.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import {
  hostedProject,
  organizationForTests,
  type PersonAtBrowser,
  personAtBrowser,
} from '../console/console-for-tests.ts';
import { type Fill, filled } from './filled-form.ts';

export const POLICY = {
  link_login: 'yes',
  longest_grant: '3600000',
  longest_connection: '3600000',
  idle_timeout: '0',
  fresh_sign_in: '0',
  max_connections: '7',
  reverse_code: 'always',
  allowed_networks: '203.0.113.0/24',
  own_networks: '',
};

function inOrganization(rest: string, fields: Readonly<Record<string, string>> = {}): Fill {
  return async (web) => {
    const { admin, base } = await organizationForTests(web);
    return await filled(admin, base + rest, fields);
  };
}

export async function operatorAtBrowser(web: WebForTests): Promise<PersonAtBrowser> {
  const operator = await personAtBrowser(web, 'operator');
  await makeOperator(web, operator.userId);
  return operator;
}

async function invited(web: WebForTests) {
  const scene = await organizationForTests(web);
  const invitations = [{ email: `nina-${scene.admin.email}`, memberRole: 'member' }] as const;
  const accountId = scene.organization.id;
  const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, { accountId, invitations });
  if (outcome?.kind !== 'invited') throw new Error('she was to be invited');
  return { ...scene, outcome };
}

function onInvitation(rest: string): Fill {
  return async (web) => {
    const { admin, base, outcome } = await invited(web);
    return await filled(admin, `${base}/people/invitations/${outcome.invitation.id}/${rest}`);
  };
}

function onMember(rest: string, fields: Readonly<Record<string, string>> = {}): Fill {
  return async (web) => {
    const { admin, base, member, organization } = await organizationForTests(web);
    const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: member.userId });
    return await filled(admin, `${base}/people/members/${membership?.id}/${rest}`, fields);
  };
}

export async function guestOf(web: WebForTests) {
  const scene = await organizationForTests(web);
  const guest = await personAtBrowser(web, 'guest');
  const projectId = scene.warehouse.project.id;
  const [outcome] = await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId, emails: [guest.email] });
  if (outcome?.kind !== 'shared') throw new Error('it was to be shared');
  return { ...scene, guest, share: outcome.share };
}

export const ACCOUNT_FORMS: Readonly<Record<string, Fill>> = {
  '/app/:accountId/projects/new': inOrganization('/projects/new', { name: 'shop', server: '18@local' }),
  '/app/:accountId/projects/attach': async (web) => {
    const { organization, admin, base } = await organizationForTests(web);
    const { compute, databases, roles, password } = await hostedProject(web, organization);
    const place = `${compute.host}:${compute.port}/${databases[0]?.name}`;
    const url = `postgresql://${roles[0]?.name}:${password.reveal()}@${place}?sslmode=disable`;
    return await filled(admin, `${base}/projects/attach`, { name: 'attached', url });
  },
  '/app/:accountId/api-keys': inOrganization('/api-keys', { name: 'deploy' }),
  '/app/:accountId/api-keys/:keyId/revoke': async (web) => {
    const { organization, admin, base } = await organizationForTests(web);
    const asAdmin = await actingAs(web.catalogue, admin);
    const wanted = { accountId: organization.id, name: 'deploy' };
    const { apiKey } = await createOrganizationKey(web.catalogue, asAdmin, wanted);
    return await filled(admin, `${base}/api-keys/${apiKey.id}/revoke`);
  },
  '/app/:accountId/access-tokens/new': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const choice = { compute_id: warehouse.compute.id, access: 'read_write', days: '7', max_connections: '5' };
    return await filled(admin, `${base}/access-tokens/new`, { name: 'nightly', ...choice });
  },
  '/app/:accountId/access-tokens/:tokenId/revoke': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const wanted = { computeId: warehouse.compute.id, access: 'read_write', name: 'ci', owner: 'account' } as const;
    const asAdmin = await actingAs(web.catalogue, admin);
    const { accessToken } = await createAccessToken(web.catalogue, asAdmin, wanted);
    return await filled(admin, `${base}/access-tokens/${accessToken.id}/revoke`);
  },
  '/app/:accountId/billing': inOrganization('/billing', { name: 'Example Org', email: 'bills@example.org' }),
  '/app/:accountId/billing/plan': async (web) => {
    const { organization, base } = await organizationForTests(web);
    const operator = await operatorAtBrowser(web);
    await addMemberTo(web.catalogue, organization, { person: operator });
    return await filled(operator, `${base}/billing/plan`, { plan: 'scale' });
  },
  '/app/:accountId/settings/delete': async (web) => {
    const admin = await personAtBrowser(web, 'admin');
    const made = await admin.post('/app/organizations/new', { name: 'Short-lived' });
    const base = made.location?.split('/projects')[0] ?? '';
    return await filled(admin, `${base}/settings/delete`, { name: 'Short-lived' });
  },
  '/app/:accountId/settings/name': inOrganization('/settings/name', { name: 'Another name' }),
  '/app/:accountId/settings/policy': inOrganization('/settings/policy', POLICY),
  '/app/:accountId/people/members/:membershipId/remove': onMember('remove'),
  '/app/:accountId/people/members/:membershipId/role': onMember('role', { role: 'admin' }),
  '/app/:accountId/people/invite': inOrganization('/people/invite', { emails: 'new@example.org', role: 'member' }),
  '/app/:accountId/people/invitations/cancel': async (web) => {
    const { admin, base, outcome } = await invited(web);
    return await filled(admin, `${base}/people/invitations/cancel`, { invitation: outcome.invitation.id });
  },
  '/app/:accountId/people/invitations/:invitationId/resend': onInvitation('resend'),
  '/app/:accountId/people/invitations/:invitationId/cancel': onInvitation('cancel'),
  '/app/:accountId/people/invite-guests': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const fields = { project_id: warehouse.project.id, emails: 'guest@example.org' };
    return await filled(admin, `${base}/people/invite-guests`, fields);
  },
  '/app/:accountId/people/guests/:shareId/remove': async (web) => {
    const { admin, base, share } = await guestOf(web);
    return await filled(admin, `${base}/people/guests/${share.id}/remove`);
  },
  '/app/:accountId/people/guests/convert': async (web) => {
    const { admin, base, guest } = await guestOf(web);
    return await filled(admin, `${base}/people/guests/convert`, { email: guest.email });
  },
};
