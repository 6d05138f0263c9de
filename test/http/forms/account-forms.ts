// Forms about accounts and their people.

import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { listAccessRules } from '../../../src/catalogue/rules/rule-lists.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { makeOperator } from '../../e2e/browser/operations-scenes.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import {
  hostedProject,
  organizationForTests,
  type PersonAtBrowser,
  personAtBrowser,
} from '../console/console-for-tests.ts';
import { withStrongSignIn } from '../console/strong-sign-in.ts';
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

export function inOrganization(rest: string, fields: Readonly<Record<string, string>> = {}): Fill {
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

type TeamScene = Awaited<ReturnType<typeof organizationForTests>>;

/** A team with the member in it. */
function onTeam(
  rest: string | ((scene: TeamScene) => string),
  fields: (scene: TeamScene) => Readonly<Record<string, string>> = () => ({}),
): Fill {
  return async (web) => {
    const scene = await organizationForTests(web);
    const accountId = scene.organization.id;
    const team = await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId, name: 'Team data' });
    const inTeam = { accountId, teamId: team.id, userId: scene.member.userId };
    await addTeamMember(web.catalogue, SYSTEM_CONTEXT, inTeam);
    const path = typeof rest === 'string' ? rest : rest(scene);
    return await filled(scene.admin, `${scene.base}/people/teams/${team.id}${path}`, fields(scene));
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
  '/app/:accountId/settings/second-factor': async (web) => {
    const { admin, base } = await organizationForTests(web);
    await withStrongSignIn(web, admin);
    return await filled(admin, `${base}/settings/second-factor`, { demand: 'on' });
  },
  '/app/:accountId/people/members/:membershipId/remove': onMember('remove'),
  '/app/:accountId/people/members/:membershipId/role': onMember('role', { role: 'admin' }),
  '/app/:accountId/access': inOrganization('/access', {
    ...{ who: 'members', email: '', what: 'account', roles: 'read_only', role_names: '', databases: '' },
    ...{ doors: 'link', longest_approval: '3600000', longest_connection: '', sign_in: 'fresh' },
    ...{ days: 'weekdays', from: '09:00', to: '18:00', time_zone: 'Europe/Berlin', networks: '203.0.113.0/24' },
  }),
  '/app/:accountId/access/start/:set': inOrganization('/access/start/read_only'),
  '/app/:accountId/access/rules/:ruleId/remove': async (web) => {
    const { admin, base, organization } = await organizationForTests(web);
    const rules = await listAccessRules(web.catalogue, SYSTEM_CONTEXT, organization.id);
    return await filled(admin, `${base}/access/rules/${rules[0]?.id}/remove`);
  },
  '/app/:accountId/people/teams': inOrganization('/people/teams', { name: 'Team data' }),
  '/app/:accountId/people/teams/:teamId': onTeam('', (scene) => ({ email: scene.admin.email })),
  '/app/:accountId/people/teams/:teamId/name': onTeam('/name', () => ({ name: 'Team web' })),
  '/app/:accountId/people/teams/:teamId/delete': onTeam('/delete'),
  '/app/:accountId/people/teams/:teamId/members/:userId/remove': onTeam(
    ({ member }) => `/members/${member.userId}/remove`,
  ),
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
